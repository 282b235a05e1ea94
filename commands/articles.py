"""`firstline articles`: import articles, measure the search."""

import json
import os
import sys
from pathlib import Path

import click

from commands.context import create_context
from firstline.settings import Settings
from knowledge_base.embedding import try_encoder
from knowledge_base.evaluate import EvaluationError, evaluate, read_documents, read_queries
from knowledge_base.importing import ImportReport, import_jsonl

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def articles() -> None:
    """Import articles, measure the search."""


@articles.command("import")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_file(file: Path, *, as_json: bool) -> None:
    """Publish the articles of a JSONL file: {"id","title","body","category?","keywords?"} a line."""
    with create_context().app_context(), file.open(encoding="utf-8", errors="replace") as lines:
        report = import_jsonl(lines)
    click.echo(json.dumps(vars(report)) if as_json else _told(report))
    if report.problems and not (report.added or report.changed or report.unchanged):
        raise click.exceptions.Exit(1)


@articles.command("evaluate")
@click.option("--docs", required=True, type=FILE, help='{"id","title","body"} a line.')
@click.option("--queries", required=True, type=FILE, help='{"id","text","relevant":[ids]} a line.')
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate_files(docs: Path, queries: Path, *, as_json: bool) -> None:
    """Measure the search as it is shipped, in an index of its own."""
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    if encoder is None:
        click.echo(f"By words only. {reason}", err=True)
    try:
        documents, asked = read_documents(docs), read_queries(queries)
        with click.progressbar(documents, label="Indexing", file=sys.stderr) as shown:
            measures = evaluate(shown, asked, encoder, cache=_cache())
    except EvaluationError as error:
        raise click.ClickException(str(error)) from error
    rounded = {name: round(value, 4) for name, value in measures.items()}
    click.echo(
        json.dumps(rounded) if as_json else "\n".join(f"{name:18} {value}" for name, value in rounded.items())
    )


def _told(report: ImportReport) -> str:
    lines = [f"line {number}: {sentence}" for number, sentence in report.problems]
    counts = f"{report.added} added, {report.changed} changed, {report.unchanged} as before"
    return "\n".join([*lines, f"{counts}, {len(report.problems)} left out."])


def _cache() -> Path:
    """Vectors of measured documents, by content, beside what set-up keeps."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstline" / "vectors"
