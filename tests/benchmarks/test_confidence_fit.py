"""The fit of the confidence, on queries of which it is known what tells."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.confidence_fit import Look, fit
from knowledge_base.ranking import Ranking


def look(place: int, *, of: str = "ms_office_symptoms", higher: float = 0.0, articles: float = 0.0) -> Look:
    """Every other query has its answer, and two points more for it; how usual its words are says nothing."""
    has_answer = place % 2 == 0
    evidence = {"points": 2.0 * has_answer + place % 5 + higher, "usual": float(place % 3)}
    evidence["articles"] = articles
    nothing = np.zeros(0, dtype=np.float32)
    ranking = Ranking(keys=nothing.astype(int), points=nothing, evidence=evidence, named=nothing.astype(bool))
    return Look(of=of, fold=place % 5, has_answer=has_answer, ranking=ranking)


def test_what_tells_gets_weight_and_what_does_not_gets_none():
    weights = fit([look(place) for place in range(300)], ("points", "usual"))
    assert weights.of["points"] > 0.3
    assert weights.of["usual"] == pytest.approx(0, abs=0.01)


def test_the_chances_are_right_on_the_whole():
    looks = [look(place) for place in range(300)]
    weights = fit(looks, ("points",))
    assert np.mean([weights.chance(one.ranking.evidence) for one in looks]) == pytest.approx(0.5, abs=0.01)


def test_where_all_scores_of_a_larger_base_are_higher_its_size_explains_it():
    alone = [look(place) for place in range(300)]
    beside = [look(place, of="askubuntu_bodies", higher=10, articles=5) for place in range(300)]
    weights = fit([*alone, *beside], ("points", "articles")).of
    assert weights["points"] == pytest.approx(fit(alone, ("points",)).of["points"], rel=0.2)
    assert weights["articles"] == pytest.approx(-2 * weights["points"], rel=0.1)


def test_what_is_asked_of_a_small_part_counts_less():
    assert look(0).counts > replace(look(0), is_small=True).counts
