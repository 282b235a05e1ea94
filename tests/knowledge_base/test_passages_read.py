"""Which passages are looked at: those of the articles that may come first, and of those all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import index as index_of
from knowledge_base import ranking
from knowledge_base.index import Entry, Index, Vectors

ASKED = np.eye(8, dtype=np.float32)[0]


def pointing(cosine):
    """A unit vector at this cosine of what is asked."""
    return np.array([cosine, (1 - cosine**2) ** 0.5, *[0] * 6], dtype=np.float32)


def article(key, *, whole, parts):
    vectors = Vectors(
        title=pointing(whole),
        whole=pointing(whole),
        parts=np.array([pointing(part) for part in parts], dtype=np.float32).reshape(len(parts), 8),
    )
    return Entry(key=key, title=f"Article {key}", body="Text.", vectors=vectors)


def best_parts(articles, *, read_on, monkeypatch):
    monkeypatch.setattr(ranking, "READ_ON", read_on)
    return ranking.look(Index(articles), "anything", ASKED, for_support=True).cosines.part.tolist()


COSINES = st.floats(min_value=0, max_value=1, width=16)
ARTICLES = st.lists(st.tuples(COSINES, st.lists(COSINES, max_size=4)), min_size=1, max_size=8)


@given(ARTICLES, st.sampled_from([0, 1_000]))
def test_the_best_passage_of_each_article_speaks_for_it_copied_or_where_it_lies(told, copied):
    index = Index(article(key, whole=whole, parts=parts) for key, (whole, parts) in enumerate(told))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_of, "COPIED", copied)
        found = ranking.look(index, "anything", ASKED, for_support=True).cosines.part
    assert found == pytest.approx([max(parts, default=whole) for whole, parts in told], abs=1e-3)


def test_the_rest_is_spoken_for_by_the_whole_article(monkeypatch):
    near, far = article(1, whole=0.8, parts=[0.1, 0.9]), article(2, whole=0.2, parts=[0.7])
    parts = best_parts([far, near], read_on=1, monkeypatch=monkeypatch)
    assert parts == pytest.approx([0.2, 0.9], abs=1e-3)
    assert best_parts([far, near], read_on=2, monkeypatch=monkeypatch) == pytest.approx([0.7, 0.9], abs=1e-3)


def test_words_bring_an_article_among_those_that_are_read_on(monkeypatch):
    monkeypatch.setattr(ranking, "READ_ON", 1)
    near, named = article(1, whole=0.5, parts=[0.5]), article(2, whole=0.499, parts=[0.95])
    index = Index([near, named])
    assert ranking.rank(index, "article", ASKED, for_support=True).keys[0] == 1
    assert ranking.rank(index, "article 2", ASKED, for_support=True).keys[0] == 2


def test_passages_stay_with_their_article_when_others_change_or_have_no_vectors_yet():
    index = Index(article(key, whole=0.3, parts=[key / 100] * (key % 3 + 1)) for key in range(1, 90))
    for key in range(1, 60):
        index.drop(key)
    index.put(article(70, whole=0.3, parts=[0.9, 0.1]))
    index.put(Entry(key=99, title="New", body="Text."))
    scored = ranking.look(index, "anything", ASKED, for_support=True)
    parts = dict(zip(scored.keys.tolist(), scored.cosines.part.tolist(), strict=True))
    assert parts[70] == pytest.approx(0.9, abs=1e-3)
    assert parts[61] == pytest.approx(0.61, abs=1e-3) and parts[89] == pytest.approx(0.89, abs=1e-3)
    assert scored.keys[~scored.cosines.known].tolist() == [99]


def test_nobody_may_see_anything_and_nothing_is_read():
    index = Index([article(1, whole=0.5, parts=[0.5])])
    assert len(ranking.rank(index, "anything", ASKED, for_support=True, hidden=frozenset({1}))) == 0
