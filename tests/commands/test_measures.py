"""What `triage evaluate` and `duplicates evaluate` say of files whose answer is known."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands import main
from commands.duplicates import measure as measure_joins
from commands.triage import Answer, measure


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("FIRSTLINE_MODEL_DIR", str(tmp_path / "nowhere"))


def evaluated(group: str, file: Path, lines: list[object]) -> dict[str, float]:
    file.write_text("\n".join(json.dumps(line) for line in lines))
    result = CliRunner().invoke(main, [group, "evaluate", str(file), "--json"])
    assert result.exit_code == 0, result.output
    told: dict[str, float] = json.loads(result.stdout)
    return told


@pytest.mark.usefixtures("environment")
def test_categories_that_words_tell_apart_are_learned(tmp_path: Path) -> None:
    places = ("berlin", "lisbon", "home", "office", "train", "hotel", "airport", "lab")
    kinds = {"printing": "printer paper toner jam", "network": "vpn tunnel gateway drops"}
    lines = [
        {"text": f"{place} {words}", "category": kind} for kind, words in kinds.items() for place in places
    ]
    told = evaluated("triage", tmp_path / "triage.jsonl", lines)
    assert told["accuracy"] == 1.0
    assert told["coverage_at_90_precision"] == 1.0
    assert (told["texts"], told["categories"], told["majority"]) == (16, 2, 0.5)


@pytest.mark.usefixtures("environment")
def test_the_same_words_are_proposed_and_others_are_not(tmp_path: Path) -> None:
    lines = [
        {"a": "VPN drops every hour", "b": "vpn drops each hour", "same": True},
        {"a": "printer jams on floor 3", "b": "badge does not open the door", "same": False},
    ]
    assert evaluated("duplicates", tmp_path / "pairs.jsonl", lines) == {"precision": 1.0, "recall": 1.0}


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("group", ["triage", "duplicates"])
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, group: str) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"nothing": 1}\n')
    result = CliRunner().invoke(main, [group, "evaluate", str(file)])
    assert result.exit_code == 1
    assert "Line 1" in result.output


def test_calibration_is_how_far_sureness_is_from_being_right() -> None:
    sure_and_wrong = [Answer(1.0, False)] * 4
    assert measure(sure_and_wrong) == {
        "accuracy": 0.0,
        "calibration_error": 1.0,
        "coverage_at_90_precision": 0.0,
    }
    honest = [Answer(0.75, True)] * 3 + [Answer(0.75, False)]
    assert measure(honest)["calibration_error"] == 0.0


def test_coverage_is_the_surest_part_that_is_right_nine_times_of_ten() -> None:
    assert measure([Answer(0.9, True)] * 9 + [Answer(0.1, False)] * 9)["coverage_at_90_precision"] == 10 / 18


def test_joins_are_measured_by_what_was_proposed() -> None:
    assert measure_joins([True, True, False], [True, False, True]) == {"precision": 0.5, "recall": 0.5}
    assert measure_joins([False], [True]) == {"precision": 0.0, "recall": 0.0}
