"""`firstline duplicates`: how well doubles are found."""

import json
from pathlib import Path

import click

from firstline.settings import Settings
from incidents.duplicates import likenesses, proposes_join
from knowledge_base.embedding import try_report_encoder

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Labelled = list[tuple[tuple[str, str], bool]]


@click.group()
def duplicates() -> None:
    """Measure how well doubles are found."""


@duplicates.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, as_json: bool) -> None:
    """Precision and recall of proposed joins on FILE: {"a","b","same"} a line, at the shipped bar."""
    labelled = read_pairs(file)
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    if encoder is None:
        click.echo(f"By words only. {reason}", err=True)
    found = likenesses([pair for pair, _ in labelled], encoder)
    proposed = [proposes_join(likeness, by_words_only=encoder is None) for likeness in found]
    measures = measure(proposed, [same for _, same in labelled])
    click.echo(
        json.dumps(measures)
        if as_json
        else "\n".join(f"{name:10} {value}" for name, value in measures.items())
    )


def measure(proposed: list[bool], same: list[bool]) -> dict[str, float]:
    """Precision is 0 where nothing was proposed: nothing was shown to be right."""
    hits = sum(one and truth for one, truth in zip(proposed, same, strict=True))
    return {
        "precision": round(hits / max(1, sum(proposed)), 4),
        "recall": round(hits / max(1, sum(same)), 4),
    }


def read_pairs(file: Path) -> Labelled:
    """The pairs and whether each is the same; a sentence names the line that cannot be used."""
    pairs: Labelled = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            pairs.append(((str(given["a"]), str(given["b"])), bool(given["same"])))
        except (ValueError, KeyError, TypeError) as error:
            raise click.ClickException(f'Line {number} is not {{"a","b","same"}}.') from error
    return pairs
