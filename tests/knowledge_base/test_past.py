"""Past reports in the index: what they add, and that they change in place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import past
from knowledge_base.past import LIKE, Past, Told, points

COSINE = st.floats(min_value=-1, max_value=1, width=32)


def column(value):
    return np.array([value], dtype=np.float32)


@given(COSINE, COSINE, st.floats(min_value=0, max_value=1000, width=32))
def test_a_report_never_lowers_an_article_and_adds_no_more_than_the_sum_of_its_caps(near, own, shared):
    added = float(points(column(near), column(shared), own=column(own))[0])
    assert 0 <= added <= (past.LIKENESS + past.SURPASSING) * (1 - LIKE) + past.MOST_FOR_WORDS + 1e-3


@given(COSINE, COSINE, COSINE)
def test_the_nearer_report_never_adds_less(one, other, own):
    nearer, farther = max(one, other), min(one, other)
    least, most = (points(column(near), column(0), own=column(own))[0] for near in (farther, nearer))
    assert most >= least


@given(st.floats(min_value=-1, max_value=0.399), COSINE)
def test_a_report_unlike_the_query_adds_nothing(near, own):
    assert points(column(near), column(0), own=column(own))[0] == 0


def unit(place):
    return np.eye(4, dtype=np.float32)[place]


def near(reports, place, *, rarity=None):
    found, words = reports.nearest(3, rarity=rarity or {}, vector=unit(place))
    return found.tolist(), words.tolist()


def test_the_nearest_report_of_a_slot_speaks_for_it():
    reports = Past()
    reports.put(0, [Told(words="a", vector=unit(0)), Told(words="b", vector=unit(1))])
    reports.put(2, [Told(words="c", vector=unit(2))])
    assert near(reports, 1)[0] == [1, 0, 0]
    assert near(reports, 2)[0] == [0, 0, 1]


def test_reports_change_in_place_and_dropped_ones_are_silent():
    reports = Past()
    reports.put(0, [Told(words="a", vector=unit(0))])
    reports.put(0, [Told(words="b", vector=unit(1))])
    assert near(reports, 0)[0] == [0, 0, 0] and near(reports, 1)[0] == [1, 0, 0]
    reports.drop(0)
    assert near(reports, 1)[0] == [0, 0, 0]


def test_many_dead_reports_are_cleared_away_and_the_living_stay():
    reports = Past()
    reports.put(1, [Told(words="stays", vector=unit(3))])
    for number in range(5 * past.MOST_DEAD):
        reports.put(0, [Told(words=f"goes {number}", vector=unit(0))])
    assert len(reports._slots) < 3 * past.MOST_DEAD
    assert near(reports, 3)[0] == [0, 1, 0] and near(reports, 0)[0] == [1, 0, 0]


def test_the_vector_may_come_later_and_until_then_words_count():
    reports = Past()
    reports.put(0, [Told(words="green padlock")])
    assert near(reports, 0, rarity={"green": 3.0, "padlock": 3.0})[1][0] > 0
    assert near(reports, 0, rarity={"green": 1.0, "moon": 9.0})[1][0] == 0
    reports.put(0, [Told(words="green padlock", vector=unit(0))])
    assert near(reports, 0)[0] == [1, 0, 0]
