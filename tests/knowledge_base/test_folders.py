"""Articles from folders, single files and archives."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from firstline.db import db
from knowledge_base import articles, folders, sources
from knowledge_base.errors import ArticleError
from knowledge_base.importing import import_files
from knowledge_base.models import Picture
from knowledge_base.storing import Plan

PAGE = (Path(__file__).parent / "pages" / "help-centre.html").read_bytes()


def png(shade: int = 0) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes([0, shade]))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


VPN = """---
id: vpn-drops
title: VPN drops
category: network
---

![The icon](../img/icon.png) and ![again](../img/icon.png)

See [printers](../printing/index.md#paper), [the web](https://example.com) and `![code](x.png)`.

```
![code](x.png)
```
"""
FILES = {
    "network/vpn.md": VPN.encode(),
    "printing/index.md": b"# Printer jams\n\nOpen [the tunnel](../network/vpn.md).\n\n![lost](lost.png)\n![fake](fake.png)\n",
    "printing/fake.png": b"no picture at all",
    "printing/queue.html": PAGE,
    "printing/images/green light(1).png": png(200),
    "img/icon.png": png(),
    "notes.txt": b"nothing to do with it",
    ".git/readme.md": b"# hidden",
    "__MACOSX/vpn.md": b"# hidden",
}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "base" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "base"


def packed(files, **more) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **more)
    return file


def test_a_folder_becomes_articles_with_pictures_and_links_between_them(app, folder):
    report = import_files(folders.open_path(folder))
    assert (report.added, report.problems) == (3, [])
    vpn, printer = articles.find("vpn-drops"), articles.find("printing")
    pictures = {picture.name: picture for picture in db.session.query(Picture).filter_by(article_id=vpn.id)}
    icon = f"/pictures/{pictures['icon.png'].id}"
    assert f"![The icon]({icon}) and ![again]({icon})" in vpn.body
    assert (
        "[printers](/fixes/printing#paper), [the web](https://example.com) and `![code](x.png)`" in vpn.body
    )
    assert "```\n![code](x.png)\n```" in vpn.body
    assert printer.body == "Open [the tunnel](/fixes/vpn-drops).\n\nlost\nfake\n"
    assert [where for where, _ in report.remarks][:2] == ["printing/index.md"] * 2
    assert "“lost.png”" in report.remarks[0][1] and "no picture we can show" in report.remarks[1][1]
    assert "![The green light](/pictures/" in articles.find("printing-queue").body


def test_again_from_an_archive_changes_nothing_and_keeps_no_picture_twice(app, folder):
    import_files(folders.open_path(folder))
    again = import_files(sources.Archive(packed(FILES)))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    assert db.session.query(Picture).count() == 3


def test_another_picture_of_the_same_name_is_a_change(app, folder):
    import_files(folders.open_path(folder))
    (folder / "img/icon.png").write_bytes(png(99))
    plan = Plan(is_dry_run=True)
    assert import_files(folders.open_path(folder), plan).changed == 1
    assert import_files(folders.open_path(folder)).changed == 1
    assert import_files(folders.open_path(folder), plan).unchanged == 3


def test_one_file_goes_in_alone_with_the_pictures_below_its_folder(app, folder):
    (folder / "one.md").write_bytes(b"# One\n\n![icon](img/icon.png)")
    report = import_files(folders.open_path(folder / "one.md"))
    assert (report.added, report.remarks) == (1, [])
    assert "/pictures/" in articles.find("one").body


def test_nothing_outside_the_folder_is_read(app, folder):
    (folder.parent / "secret.png").write_bytes(png())
    (folder / "out.md").write_text("# Out\n\n![a](../secret.png) ![b](link.png) ![c](img/../../secret.png)")
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    report = import_files(folders.open_path(folder))
    told = [sentence for where, sentence in report.remarks if where == "out.md"]
    assert len(told) == 2 and all("leads out of the folder" in sentence for sentence in told)
    assert articles.find("out").body == "a b c"


def test_one_bad_file_is_named_and_the_rest_goes_in(app, folder):
    (folder / "bad.md").write_text("Only words.")
    (folder / "twice.md").write_text("---\nid: vpn-drops\ntitle: The same\n---\n")
    (folder / "large.md").write_bytes(b"# Large\n" + b"x" * 9 * 1024**2)
    report = import_files(folders.open_path(folder))
    assert report.added == 3
    told = dict(report.problems)
    assert told.keys() == {"bad.md", "twice.md", "large.md"}
    assert "“network/vpn.md”" in told["twice.md"] and "8 MB" in told["large.md"]


def test_names_that_lead_out_of_an_archive_are_refused(app):
    names = ["../up.md", "/root.md", "a/../../b.md", "c:\\d.md", "ok.md"]
    report = import_files(sources.Archive(packed(dict.fromkeys(names, b"# Title\n"))))
    assert report.added == 1
    assert sorted(where for where, _ in report.problems) == sorted(set(names) - {"ok.md"})


def test_an_archive_that_unpacks_to_too_much_is_stopped(app, monkeypatch):
    monkeypatch.setattr(sources, "MOST_BYTES", 3000)
    report = import_files(sources.Archive(packed({f"{n}.md": b"# T\n" + b"x" * 500 for n in range(10)})))
    assert report.problems and "Unpacked" in report.problems[0][1]


def test_a_bomb_is_read_only_to_the_limit_of_a_file(app):
    report = import_files(sources.Archive(packed({"a.md": b"# T\n" + b"0" * 60 * 1024**2, "b.md": b"# B"})))
    assert report.added == 1 and "larger than 8 MB" in report.problems[0][1]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"words"])
def test_what_is_no_archive_is_said(content):
    with pytest.raises(ArticleError, match="no zip archive"):
        sources.Archive(io.BytesIO(content))


def test_a_damaged_or_protected_file_of_an_archive_is_named(app):
    whole = packed({"a.md": b"# A\n" + bytes(range(256)) * 20, "b.md": b"# B\n"}).getvalue()
    at = whole.index(b"a.md") + 40
    damaged = whole[:at] + b"\xff" * 30 + whole[at + 30 :]
    report = import_files(sources.Archive(io.BytesIO(damaged)))
    assert report.added == 1 and report.problems == [("a.md", "This file is damaged in the archive.")]
    protected = bytearray(packed({"a.md": b"# A\n"}).getvalue())
    protected[6] |= 1
    protected[protected.index(b"PK\x01\x02") + 8] |= 1
    report = import_files(sources.Archive(io.BytesIO(bytes(protected))))
    assert "password" in report.problems[0][1]


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(sources, "MOST_FILES", 2)
    with pytest.raises(ArticleError, match="more than 2 files"):
        sources.Archive(packed({"a": b"", "b": b"", "c": b""}))


def test_a_source_without_articles_is_refused_with_what_it_needs(app):
    with pytest.raises(ArticleError, match=r"ending in \.md or \.html"):
        import_files(sources.Archive(packed({"a.txt": b"words"})))
