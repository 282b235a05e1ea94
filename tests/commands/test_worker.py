"""The worker ends at once when it is asked to, whatever it is at."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from firstline.app import create_core
from firstline.db import db
from firstline.settings import Settings
from incidents import MODELS
from knowledge_base.models import Article
from tests import servers

ROOT = Path(__file__).parents[2]
MODEL = Path(os.environ.get("FIRSTLINE_MODEL_DIR", ROOT / "var/models/minilm"))
FIRSTLINE = str(Path(sys.executable).with_name("firstline"))


def indexed() -> int:
    db.session.rollback()
    told = select(func.count()).select_from(Article).where(Article.indexed_revision == Article.revision)
    return db.session.scalar(told) or 0


@contextmanager
def working(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A worker on the demo data."""
    subprocess.run([FIRSTLINE, "demo", "load"], env=environ, cwd=ROOT, check=True, capture_output=True)
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(
        [FIRSTLINE, "worker"], env=environ, cwd=ROOT, stdout=pipe, stderr=both, text=True
    ) as worker:
        try:
            yield worker
        finally:
            worker.kill()


@pytest.mark.skipif(not (MODEL / "model.onnx").exists(), reason="the sentence model is not installed")
def test_it_ends_without_a_word_while_the_first_articles_get_their_vectors(tmp_path: Path) -> None:
    given = {"FIRSTLINE_DATA_DIR": str(tmp_path), "FIRSTLINE_MODEL_DIR": str(MODEL)}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")} | given
    app = create_core(Settings.from_environ(given), models=MODELS)
    with working(environ) as worker, app.app_context():
        servers.wait_until(lambda: indexed() > 0, "a first article with vectors")
        worker.send_signal(signal.SIGINT)
        said, _ = worker.communicate(timeout=30)
        assert 0 < indexed() < db.session.scalar(select(func.count()).select_from(Article))
        db.session.remove()
        db.engine.dispose()
    assert worker.returncode == 0
    assert "terminate" not in said and "timeout" not in said
