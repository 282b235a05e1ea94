"""The quick copy of the sentence model: used where it is right, passed over where it is not."""

import base64
import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from incidents.second_look import lesson
from knowledge_base.embedding import (
    LESSON,
    MODEL_FILE,
    PAIRS_FILE,
    QUICK_FILE,
    REPORTS_FILE,
    TOKENIZER_FILE,
    OnnxEncoder,
)

ROOT = Path(__file__).resolve().parents[2]
MODEL = Path(os.environ.get("FIRSTLINE_MODEL_DIR", ROOT / "var/models/minilm"))
TEXTS = [
    "printer",
    "Outlook keeps asking for my password, again and again, since the update last night.",
    "Der Drucker im zweiten Stock zieht kein Papier ein.",
    "VPN error 800 from the hotel; at home it worked. " * 20,
]

pytestmark = pytest.mark.skipif(
    not (MODEL / QUICK_FILE).exists(), reason="the sentence model is not installed"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (MODEL_FILE, QUICK_FILE, TOKENIZER_FILE):
        (tmp_path / name).symlink_to(MODEL / name)
    return tmp_path


def rewrite(folder: Path, properties: dict[str, str], name: str = QUICK_FILE) -> None:
    copy = onnx.load(folder / name)
    del copy.metadata_props[:]
    helper.set_model_props(copy, properties)
    (folder / name).unlink()
    onnx.save(copy, folder / name)


def base64_of(vector: np.ndarray) -> str:
    return base64.b64encode(vector.astype(np.float32).tobytes()).decode()


def is_quick(encoder: OnnxEncoder) -> bool:
    return encoder.identity.endswith("-8bit")


def test_whole_numbers_give_nearly_the_vectors_that_floats_give(folder: Path) -> None:
    quick, slow = OnnxEncoder(folder), OnnxEncoder(folder, quick=False)
    assert (is_quick(quick), is_quick(slow)) == (True, False)
    likeness = (quick.encode(TEXTS) * slow.encode(TEXTS)).sum(axis=1)
    assert likeness.min() > 0.99
    assert np.allclose(np.linalg.norm(quick.encode(TEXTS), axis=1), 1, atol=1e-5)


def test_a_copy_that_does_not_give_the_vector_it_brought_is_passed_over(folder: Path) -> None:
    original = OnnxEncoder(folder, quick=False)
    wrong = -original.encode(["printer"])[0]
    rewrite(folder, {original.identity: base64_of(wrong)})
    assert OnnxEncoder(folder).identity == original.identity


@pytest.mark.parametrize("vector", ["", "not base64!", "AAAA"])
def test_a_copy_that_brought_no_vector_is_passed_over(folder: Path, vector: str) -> None:
    rewrite(folder, {OnnxEncoder(folder, quick=False).identity: vector})
    assert not is_quick(OnnxEncoder(folder))


def test_a_copy_of_another_model_is_passed_over(folder: Path) -> None:
    rewrite(folder, {"another": base64_of(OnnxEncoder(folder, quick=False).encode(["printer"])[0])})
    assert not is_quick(OnnxEncoder(folder))


def test_a_broken_copy_is_passed_over(folder: Path) -> None:
    (folder / QUICK_FILE).unlink()
    (folder / QUICK_FILE).write_bytes(b"half a file")
    assert not is_quick(OnnxEncoder(folder))


def test_two_texts_are_read_in_sight_of_each_other(folder: Path) -> None:
    (folder / PAIRS_FILE).symlink_to(MODEL / PAIRS_FILE)
    encoder = OnnxEncoder(folder)
    with_one, with_another = (
        encoder.together("The lift is stuck", other, lesson=lesson())
        for other in ("lift 2 hangs", "a new mouse")
    )
    assert with_one is not None and with_another is not None
    assert not np.allclose(with_one[0], with_another[0], atol=1e-3)


@pytest.mark.parametrize("content", [None, b"half a file"])
def test_without_a_whole_copy_for_it_two_texts_are_not_read_together(
    folder: Path, content: bytes | None
) -> None:
    if content is not None:
        (folder / PAIRS_FILE).write_bytes(content)
    assert OnnxEncoder(folder).together("one", "other", lesson=lesson()) is None


def test_a_copy_that_was_taught_something_else_is_passed_over(folder: Path) -> None:
    (folder / PAIRS_FILE).symlink_to(MODEL / PAIRS_FILE)
    assert OnnxEncoder(folder).together("one", "other", lesson="last year's") is None


def test_a_report_is_read_as_nearer_to_the_article_that_helps_than_it_would_be_as_an_article(
    folder: Path,
) -> None:
    (folder / REPORTS_FILE).symlink_to(MODEL / REPORTS_FILE)
    encoder = OnnxEncoder(folder)
    article = encoder.encode(["Clear the print queue\nStop the spooler, delete what waits, start it again."])[
        0
    ]
    report = ["hi, since lunch nothing comes out of the thing in the corridor though I sent it five times"]
    assert encoder.of_reports.encode(report)[0] @ article > encoder.encode(report)[0] @ article
    assert encoder.of_reports.identity != encoder.identity
    assert len(encoder.of_reports.identity) <= 20, "it is kept in columns of twenty characters"
    assert encoder.of_reports.of_reports is encoder.of_reports


def test_whoever_reads_reports_gives_no_row_for_no_text(folder: Path) -> None:
    (folder / REPORTS_FILE).symlink_to(MODEL / REPORTS_FILE)
    assert OnnxEncoder(folder).of_reports.encode([]).shape == (0, 384)


@pytest.mark.parametrize("content", [None, b"half a file"])
def test_without_a_whole_copy_for_it_reports_are_read_as_articles(
    folder: Path, content: bytes | None
) -> None:
    if content is not None:
        (folder / REPORTS_FILE).write_bytes(content)
    encoder = OnnxEncoder(folder)
    assert encoder.of_reports is encoder


def test_where_whole_numbers_are_not_multiplied_right_reports_are_read_as_articles(folder: Path) -> None:
    (folder / REPORTS_FILE).symlink_to(MODEL / REPORTS_FILE)
    encoder = OnnxEncoder(folder, quick=False)
    assert encoder.of_reports is encoder


def test_a_copy_for_reports_that_was_taught_something_else_is_passed_over(folder: Path) -> None:
    (folder / REPORTS_FILE).symlink_to(MODEL / REPORTS_FILE)
    rewrite(folder, {LESSON: "last year's"}, REPORTS_FILE)
    encoder = OnnxEncoder(folder)
    assert encoder.of_reports is encoder
