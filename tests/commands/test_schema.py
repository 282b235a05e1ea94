"""`firstline up` on an empty database, on an old one, and a process started by itself."""

import click
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from commands.schema import MIGRATIONS, newest, prepare_schema, require_schema
from firstline.settings import Settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.delenv("FIRSTLINE_DATABASE_URL", raising=False)
    return Settings.from_environ({"FIRSTLINE_DATA_DIR": str(tmp_path)})


def test_an_empty_database_gets_its_tables_before_anything_starts(settings, capsys):
    with pytest.raises(click.ClickException, match=r"no tables yet.*firstline db upgrade"):
        require_schema(settings)
    prepare_schema(settings, ["bot"])
    assert capsys.readouterr().out == "", "the bot needs no database"
    for _again in range(2):
        prepare_schema(settings, ["web", "worker", "intake"])
        require_schema(settings)
    assert capsys.readouterr().out.count("making its tables") == 1
    engine = create_engine(settings.database_url)
    assert inspect(engine).has_table("incident")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    with pytest.raises(click.ClickException, match=r"at 0001.*backup.*db upgrade"):
        prepare_schema(settings, ["intake"])


def test_a_database_that_does_not_answer_is_left_to_the_processes(tmp_path):
    nowhere = f"sqlite:///{tmp_path}/no/such/folder/firstline.db"
    settings = Settings.from_environ({"FIRSTLINE_DATA_DIR": str(tmp_path), "FIRSTLINE_DATABASE_URL": nowhere})
    prepare_schema(settings, ["web"])
    require_schema(settings)


def test_the_newest_revision_is_the_one_that_alembic_goes_to():
    assert newest() == ScriptDirectory(str(MIGRATIONS)).get_current_head()
