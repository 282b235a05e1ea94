"""Every language that is offered says everything, with the places and tags of the English sentence."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from firstline import catalogues
from firstline.i18n import gettext, ngettext, speaking

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("portal", "chatbot/client", "email_intake", "knowledge_base", "incidents", "firstline", "commands")
PLACE = re.compile(r"%\(\w+\)[sd]|%%|</?\w[^>]*>|\{+\w*\}+")
TRANSLATED = sorted(set(catalogues.languages()) - {catalogues.SOURCE})


@cache
def catalogue(language: str) -> Catalog:
    with (catalogues.FOLDER / language / catalogues.TEXT).open(encoding="utf-8") as words:
        return read_po(words, locale=language)


def entries(language: str) -> list[Message]:
    return [entry for entry in catalogue(language) if entry.id]


def forms(words: str | tuple[str, ...] | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def test_german_is_offered():
    assert catalogues.languages()["de"] == "Deutsch"


@pytest.mark.parametrize("language", TRANSLATED)
def test_places_and_tags_are_those_of_the_english_sentence(language):
    wrong = [entry.id for entry in entries(language) if not _fits(entry)]
    assert not wrong


def _fits(entry: Message) -> bool:
    if isinstance(entry.id, str):
        return not entry.string or sorted(PLACE.findall(entry.id)) == sorted(PLACE.findall(str(entry.string)))
    allowed = set(PLACE.findall(entry.id[1]))
    return all(set(PLACE.findall(form)) <= allowed for form in forms(entry.string))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_code_is_translated(language, tmp_path):
    template = tmp_path / "messages.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "--mapping-file",
        "babel.cfg",
    ]
    keywords = ["-k", "lazy_gettext", "-k", "later", "--no-location"]
    subprocess.run([*command, *keywords, "-o", template, *FOLDERS], cwd=ROOT, check=True)
    with template.open(encoding="utf-8") as words:
        wanted = [entry.id for entry in read_po(words) if entry.id]
    there = {str(entry.id): entry for entry in entries(language)}
    missing = [words for words in wanted if not _is_whole(there.get(str(words)))]
    assert not missing, f"run `make translate`, then translate these in {language}/{catalogues.TEXT}"


def _is_whole(entry: Message | None) -> bool:
    return entry is not None and not entry.fuzzy and all(forms(entry.string))


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path):
    text = tmp_path / "de" / catalogues.TEXT
    text.parent.mkdir(parents=True)
    text.write_text('msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "Yes"\nmsgstr "Ja"\n', encoding="utf-8")
    assert catalogues.compile_stale(tmp_path) == ["de"]
    assert catalogues.compile_stale(tmp_path) == []


def test_whoever_speaks_german_is_spoken_to_in_german(app):
    for written in ("de", "de-AT"):
        with speaking(written):
            assert gettext("What is going wrong?") == "Was funktioniert nicht?"
            assert ngettext("%(num)s incident", "%(num)s incidents", 2) == "2 Incidents"
