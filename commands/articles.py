"""`firstline articles`: import and export articles, measure the search."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import click

from commands.context import create_context
from firstline.settings import Settings
from incidents import authors
from knowledge_base import exporting, folders
from knowledge_base.embedding import try_encoder
from knowledge_base.errors import ArticleError
from knowledge_base.evaluate import EvaluationError, evaluate, read_documents, read_queries
from knowledge_base.importing import ImportReport, import_files, import_jsonl
from knowledge_base.models import State
from knowledge_base.storing import Outcome, Plan

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def articles() -> None:
    """Import and export articles, measure the search."""


@articles.command("import")
@click.argument("path", type=FILE_OR_FOLDER)
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--drafts", is_flag=True, help="New articles begin as drafts, unless the file says otherwise.")
@JSON_OPTION
def import_path(path: Path, *, dry_run: bool, drafts: bool, as_json: bool) -> None:
    """Take articles in: a JSONL file, a folder or .zip of Markdown and HTML files, or one such file.

    A line of JSONL is {"id","title","body","category?","keywords?"}, and more as `export` writes it.
    """
    with create_context().app_context():
        owners = {author.email.lower(): author.id for author in authors.list_authors()}
        begin_as = State.DRAFT if drafts else State.PUBLISHED
        report = _import(path, Plan(is_dry_run=dry_run, begin_as=begin_as, owners=owners))
    click.echo(json.dumps(_as_json(report)) if as_json else _told(report, dry_run=dry_run))
    if report.problems and not (report.added or report.changed or report.unchanged):
        raise click.exceptions.Exit(1)


@articles.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@JSON_OPTION
def export_path(path: Path, *, as_json: bool) -> None:
    """Write every article, in any state, into a new folder as Markdown, or into a .jsonl file."""
    if path.exists() and (path.is_file() or any(path.iterdir())):
        raise click.ClickException(f"“{path}” is there already. Name a new folder or file.")
    with create_context().app_context():
        owners = {author.id: author.email for author in authors.list_authors()}
        many = _export_lines(path, owners) if path.suffix == ".jsonl" else _export_folder(path, owners)
    click.echo(json.dumps({"articles": many}) if as_json else f"{many} articles written to {path}.")


@articles.command("evaluate")
@click.option("--docs", required=True, type=FILE, help='{"id","title","body"} a line.')
@click.option("--queries", required=True, type=FILE, help='{"id","text","relevant":[ids]} a line.')
@JSON_OPTION
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


def _import(path: Path, plan: Plan) -> ImportReport:
    if not (path.is_dir() or path.suffix.lower() == ".zip" or folders.is_article(path.name)):
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            return import_jsonl(lines, plan)
    try:
        return import_files(folders.open_path(path), plan)
    except ArticleError as refused:
        raise click.ClickException(str(refused)) from refused


def _as_json(report: ImportReport) -> dict[str, object]:
    slugs = {
        f"{outcome}_articles": [row.slug for row in report.rows if row.outcome == outcome]
        for outcome in (Outcome.ADDED, Outcome.CHANGED)
    }
    return {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "problems": report.problems,
        "remarks": report.remarks,
        **slugs,
    }


def _told(report: ImportReport, *, dry_run: bool) -> str:
    """What is left out or lost, what changed by name, and the sums."""
    lines = [
        f"{f'line {where}' if isinstance(where, int) else where}: {sentence}"
        for where, sentence in (*report.problems, *report.remarks)
    ]
    lines += [f"changed: {row.slug}" for row in report.rows if row.outcome == Outcome.CHANGED]
    counts = f"{report.added} added, {report.changed} changed, {report.unchanged} as before"
    end = " Nothing was stored." if dry_run else ""
    return "\n".join([*lines, f"{counts}, {len(report.problems)} left out.{end}"])


def _export_folder(path: Path, owners: exporting.Owners) -> int:
    """A draft beside it takes its place at the end, so that half an export never looks like a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, many = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent)), 0
    try:
        for file in exporting.to_markdown(owners):
            target = draft / file.name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(file.content)
            many += file.is_article
        draft.chmod(0o755)
        draft.replace(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return many


def _export_lines(path: Path, owners: exporting.Owners) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, many = path.with_name(f".{path.name}.part"), 0
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            for line in exporting.to_jsonl(owners):
                file.write(line)
                many += 1
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return many


def _cache() -> Path:
    """Vectors of measured documents, by content, beside what set-up keeps."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstline" / "vectors"
