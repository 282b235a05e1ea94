"""Import and export in the browser."""

import io
import json
import os
import re
import time
import zipfile
from dataclasses import replace

import pytest

from firstline import jobs
from incidents.people import Role
from knowledge_base import articles, indexing
from knowledge_base.contents import Draft
from knowledge_base.models import State
from tests.knowledge_base.conftest import WordEncoder
from tests.knowledge_base.test_folders import FILES, packed

LINES = "\n".join(
    json.dumps({"id": f"kb{n}", "title": f"Trouble {n}", "body": "1. Do this."}) for n in range(3)
)


def text_of(response) -> str:
    return response.get_data(as_text=True)


def send(client, name, content, **form):
    content = content.encode() if isinstance(content, str) else content
    return client.post("/articles/exchange", data={"file": (io.BytesIO(content), name), **form})


def confirm(client, shown):
    fields = dict(re.findall(r'name="(token|begin_as)" value="([^"]*)"', text_of(shown)))
    return client.post("/articles/exchange/run", data=fields)


def kept(app):
    folder = app.config["SETTINGS"].data_dir / "imports"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_file_is_looked_at_first_and_taken_in_by_one_button(ines, app):
    shown = send(ines, "known.jsonl", LINES + "\n[]")
    page = text_of(shown)
    assert (
        "What “known.jsonl” would do" in page and "Write one JSON object a line." in page and "Line 4" in page
    )
    assert articles.find("kb0") is None
    done = text_of(confirm(ines, shown))
    assert "“known.jsonl” is imported" in done and "Trouble 2" in done
    assert articles.find("kb2").is_published and articles.find("kb2").author_id
    assert kept(app) == []


def test_an_archive_goes_in_with_its_pictures(ines):
    shown = send(ines, "base.zip", packed(FILES).getvalue())
    assert "lost.png" in text_of(shown) and "printing/index.md" in text_of(shown)
    assert "is imported" in text_of(confirm(ines, shown))
    assert "/pictures/" in articles.find("vpn-drops").body


def test_a_single_page_gets_its_address_from_the_name_it_had(ines):
    confirm(ines, send(ines, "VPN guide.html", "<title>VPN</title><p>Press it.</p>", begin_as="draft"))
    made = articles.find("vpn-guide")
    assert (made.title, made.state) == ("VPN", State.DRAFT)


def test_a_picture_beside_a_single_file_asks_for_an_archive(ines):
    page = text_of(send(ines, "a.md", "# A\n\n![b](b.png) ![c](/etc/passwd)"))
    assert "“b.png”" in page and ".zip archive" in page


def test_nothing_new_offers_no_button(ines):
    confirm(ines, send(ines, "a.jsonl", LINES))
    page = text_of(send(ines, "a.jsonl", LINES))
    assert "nothing in it is new or different" in page and "/articles/exchange/run" not in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("", "", "Choose a file first."),
        ("a.docx", "x", "“a.docx” is none of these:"),
        ("a.zip", "x", "This is no zip archive"),
        ("a.zip", packed({"a.txt": b"x"}).getvalue(), "no article in it"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(ines, name, content, sentence):
    answer = send(ines, name, content)
    assert answer.status_code == 422 and sentence in text_of(answer)
    assert 'id="file-error"' in text_of(answer)


def test_a_file_over_the_limit_is_refused_with_the_limit(ines, app):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], max_upload=20_000)
    answer = send(ines, "a.jsonl", b"x" * 20_001)
    assert answer.status_code == 422 and "“a.jsonl” is larger than 20" in text_of(answer)
    assert kept(app) == []


def test_only_who_sent_a_file_can_take_it_in_and_only_as_it_was_signed(ines, browser_of, person):
    shown = send(ines, "a.jsonl", LINES)
    other = browser_of(person("otto", Role.AUTHOR))
    answer = confirm(other, shown)
    assert answer.status_code == 422 and "no longer here" in text_of(answer)
    assert "no longer here" in text_of(ines.post("/articles/exchange/run", data={"token": "forged"}))
    confirm(ines, shown)
    assert "no longer here" in text_of(confirm(ines, shown))


def test_files_that_nobody_took_in_go_after_a_day(ines, app):
    send(ines, "a.jsonl", LINES)
    old = kept(app)[0]
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    send(ines, "b.jsonl", LINES)
    assert old not in kept(app) and len(kept(app)) == 1


def test_everything_is_exported_as_it_stands(ines, person):
    articles.create(Draft(title="A draft", body="1. x", owner_id=person("otto", Role.AUTHOR).id))
    answer = ines.get("/articles/exchange/articles.zip")
    assert re.search(
        r"attachment; filename=articles-\d{4}-\d\d-\d\d\.zip", answer.headers["Content-Disposition"]
    )
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert "owner: otto@example.com" in archive.read("a-draft.md").decode()
    line = json.loads(text_of(ines.get("/articles/exchange/articles.jsonl")))
    assert (line["id"], line["state"]) == ("a-draft", "draft")


def test_the_list_shows_how_far_the_search_has_got_until_it_has_all(ines, monkeypatch):
    monkeypatch.setattr(indexing, "try_encoder", lambda folder: (WordEncoder(), ""))
    confirm(ines, send(ines, "a.jsonl", LINES))
    page = text_of(ines.get("/articles"))
    assert '<progress id="indexed" value="0" max="3">' in page and 'hx-trigger="every 2s"' in page
    assert '<label for="indexed">' in page
    jobs.run_waiting()
    assert "Search has read all 3 published articles." in text_of(ines.get("/articles/indexing"))
    assert "<progress" not in text_of(ines.get("/articles"))
    assert 'hx-trigger="every' not in text_of(ines.get("/articles/indexing"))
