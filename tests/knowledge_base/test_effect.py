"""What counts as what, as sentences; and the arithmetic against a second, plain implementation."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import effect
from knowledge_base.effect import LASTS_FOR, Lasting, Seen, Shown, Tally
from knowledge_base.models import AttemptOutcome

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
SOLVED = AttemptOutcome.SOLVED_SAID


def seen(outcome=SOLVED, at=LONG_AGO, **more):
    return Seen(at=at, channel="portal", outcome=outcome, **{"decided_at": at, **more})


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [
        (seen(), Lasting.DURABLE),
        (seen(AttemptOutcome.SILENT), Lasting.NOT_SOLVED),
        (seen(AttemptOutcome.ABANDONED), Lasting.NOT_SOLVED),
        (seen(came_back_at=LONG_AGO + timedelta(days=7)), Lasting.CAME_BACK),
        (seen(came_back_at=LONG_AGO + timedelta(days=7, seconds=1)), Lasting.DURABLE),
        (seen(at=NOW - LASTS_FOR), Lasting.DURABLE),
        (seen(at=NOW - LASTS_FOR + timedelta(seconds=1)), Lasting.TOO_YOUNG),
        (seen(decided_at=NOW - timedelta(days=1)), Lasting.TOO_YOUNG),
        (seen(is_known_person=False), Lasting.UNKNOWN),
    ],
)
def test_durable_is_said_to_be_solved_and_followed_by_seven_quiet_days(attempt, expected):
    assert effect.lasting(attempt, now=NOW) == expected


def test_a_young_attempt_is_left_out_even_if_it_came_back_already():
    young = seen(at=NOW - timedelta(days=2), came_back_at=NOW - timedelta(days=1))
    assert effect.tally([young], now=NOW).followed == 0


def test_silence_is_never_success():
    counted = effect.tally([seen(AttemptOutcome.SILENT), seen(AttemptOutcome.ABANDONED)], now=NOW)
    assert (counted.said.count, counted.lasting.count, counted.followed) == (0, 0, 2)


def test_what_trying_cost_is_counted_only_where_it_did_not_help():
    later = LONG_AGO + timedelta(minutes=30)
    attempts = [seen(decided_at=later), seen(AttemptOutcome.SILENT, decided_at=later)]
    assert effect.lost_minutes(attempts).value == 30 and effect.lost_minutes(attempts).of == 1


moments = st.integers(0, 20 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
histories = st.lists(
    st.builds(
        Seen,
        at=moments,
        channel=st.sampled_from(["portal", "chat", "mail"]),
        outcome=st.sampled_from(AttemptOutcome),
        decided_at=st.none() | moments,
        is_known_person=st.booleans(),
        came_back_at=st.none() | moments,
        shown=st.lists(
            st.builds(Shown, st.integers(1, 4), st.none() | st.booleans()),
            max_size=3,
            unique_by=lambda shown: shown.article_id,
        ),
    ),
    max_size=40,
)


def is_old(one):
    said = one.outcome == SOLVED
    return NOW - (one.decided_at if said and one.decided_at else one.at) >= timedelta(days=7)


def is_durable(one):
    if one.outcome != SOLVED or not is_old(one) or not one.is_known_person:
        return False
    since = one.decided_at or one.at
    return not (one.came_back_at and timedelta(0) < one.came_back_at - since <= timedelta(days=7))


def is_followed(one):
    return is_old(one) and (one.is_known_person or one.outcome != SOLVED)


@given(histories)
def test_the_tally_is_what_plain_counting_gives(history):
    counted = effect.tally(history, now=NOW)
    for outcome, name in effect.OUTCOMES.items():
        assert getattr(counted, name) == len([one for one in history if one.outcome == outcome])
    assert counted.attempts == len(history)
    assert counted.durable == len([one for one in history if is_durable(one)])
    assert counted.followed == len([one for one in history if is_followed(one)])
    assert counted.kept.of == len([one for one in history if one.outcome == SOLVED and is_followed(one)])


@given(histories)
def test_groups_add_up_to_the_whole(history):
    whole = effect.tally(history, now=NOW)
    groups = effect.by(lambda one: one.channel, history, now=NOW).values()
    for name in Tally.__dataclass_fields__:
        assert sum(getattr(group, name) for group in groups) == getattr(whole, name)


@given(histories)
def test_articles_are_what_plain_counting_gives(history):
    for line in effect.by_article(history, now=NOW):
        shown = [
            (one, shown) for one in history for shown in one.shown if shown.article_id == line.article_id
        ]
        assert line.offered == len(shown)
        assert line.helped == len([1 for _, one in shown if one.helped])
        assert line.failed == len([1 for _, one in shown if one.helped is False])
        assert line.unsaid == len([1 for _, one in shown if one.helped is None])
        assert line.durable == len([1 for whole, one in shown if one.helped and is_durable(whole)])
        assert line.followed == len([1 for whole, _ in shown if is_followed(whole)])
