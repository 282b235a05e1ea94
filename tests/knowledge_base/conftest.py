"""A small base of fixes on both databases, with a stand-in encoder so that no model is needed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from knowledge_base import articles, following, gaps, indexing, learning, twins
from knowledge_base.articles import Draft
from knowledge_base.models import Article, Audience
from knowledge_base.words import words

FIXES = {
    "vpn-drops": Draft(
        title="VPN keeps disconnecting",
        body="## Symptoms\n\nThe tunnel drops.\n\n## Fix\n\n1. Switch off **Wi-Fi calling**.\n2. Connect again.\n",
        keywords="vpn, tunnel, disconnects, drops",
        service="vpn",
        category="network",
    ),
    "printer-offline": Draft(
        title="The printer is offline",
        body="## Fix\n\n1. Restart the print queue.\n2. Print a test page.\n",
        keywords="printer, offline, print",
        category="printing",
    ),
    "password-forgotten": Draft(
        title="I forgot my password",
        body="## Fix\n\n1. Open the reset page.\n2. Choose a new password.\n",
        keywords="password, reset, forgot",
    ),
    "access-denied": Draft(
        title="Error 0x80070005 when installing",
        body="## Fix\n\n1. Ask for the software in the portal.\n",
    ),
    "vpn-gateway": Draft(
        title="Drain a VPN gateway",
        body="1. Log on to the gateway.\n",
        keywords="vpn, gateway",
        audience=Audience.SUPPORT,
    ),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'firstline.db'}"


class WordEncoder:
    """Vectors of hashed words: texts that share words are near each other."""

    identity = "words"
    dimensions = 64

    @property
    def of_reports(self) -> "WordEncoder":
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.stack([self._sum(text) for text in texts])
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(norms == 0, 1, norms)).astype(np.float32)

    def windows(self, text: str, *, size: int, step: int) -> list[str]:
        split = text.split()
        starts = range(0, max(1, len(split) - size + step), step)
        return [" ".join(split[start : start + size]) for start in starts]

    def together(self, one: str, other: str, *, lesson: str) -> None:
        """It was not taught to read two texts together."""

    def _sum(self, text: str) -> np.ndarray:
        seeds = [int(hashlib.md5(word.encode()).hexdigest()[:8], 16) for word in words(text)]
        return sum((np.random.default_rng(seed).normal(size=self.dimensions) for seed in seeds), np.zeros(64))


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> WordEncoder:
    made = WordEncoder()
    for module in (following, indexing, twins):
        monkeypatch.setattr(module, "try_encoder", lambda folder: (made, ""))
    for module in (learning, gaps):
        monkeypatch.setattr(module, "try_report_encoder", lambda folder: (made, ""))
    return made


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searching looks for changes every time."""
    monkeypatch.setattr(following, "LOOK_EVERY_S", 0.0)


@pytest.fixture
def base(app: Flask, no_wait: None) -> dict[str, Article]:
    """The fixes above, published, not indexed yet, and no model unless `encoder` is asked for."""
    return {slug: articles.create(draft, slug=slug, publish=True) for slug, draft in FIXES.items()}
