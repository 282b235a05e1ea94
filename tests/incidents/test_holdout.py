"""The lot: whom it never meets, how it falls, and what becomes of those whom it holds out."""

from datetime import timedelta

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import holdout, holdout_effect, selfhelp, selfservice
from incidents.errors import Invalid, NotAllowed
from incidents.intake import Report, report
from incidents.lifecycle import Change, change, take
from incidents.models import Channel, Event, Level, Resolution, State
from incidents.people import Role
from incidents.selfservice import Wanted
from incidents.services import Outage
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.models import Attempt, AttemptOutcome, HoldOut


@pytest.fixture
def ada(person, desk):
    return person("ada", Role.ADMIN)


@pytest.fixture
def fix(desk):
    body = "## Fix\n\n1. Restart the router."
    return articles.create(
        Draft(title="VPN keeps disconnecting", body=body, keywords="vpn, drops", service="vpn"), publish=True
    )


@pytest.fixture
def erin(person, fix):
    return person("erin")


@pytest.fixture
def everybody_drawn(monkeypatch):
    monkeypatch.setattr(holdout, "is_drawn", lambda *_, **__: True)


def tell(who, words="vpn keeps disconnecting", channel=Channel.PORTAL, **more):
    return report(Report(requester_id=who.id, description=words, channel=channel, **more))


def attempt_of(incident):
    return db.session.query(Attempt).filter_by(incident_id=incident.id).one()


def test_it_is_off_until_an_administrator_switches_it_on(ada, erin):
    incident = tell(erin)
    assert holdout.running() is None
    assert selfhelp.offer_fixes(incident.id)
    assert attempt_of(incident).hold_out_id is None


def test_only_an_administrator_chooses_and_only_up_to_a_half(ada, erin):
    with pytest.raises(NotAllowed):
        holdout.choose(10, by=erin)
    for wrong in (-1, 51):
        with pytest.raises(Invalid, match="0 to 50"):
            holdout.choose(wrong, by=ada)


def test_another_share_is_another_draw_and_the_same_share_is_not(ada):
    for percent in (10, 10, 20, 0, 0):
        holdout.choose(percent, by=ada)
    assert [draw.percent for draw in holdout.draws()] == [20, 10]
    assert all(draw.ended_at for draw in holdout.draws()) and holdout.running() is None


@pytest.mark.parametrize("percent", [1, 10, 50])
def test_over_ten_thousand_draws_the_share_is_what_was_chosen(app, percent):
    drawn = sum(
        holdout.is_drawn(HoldOut(id=1, percent=percent), person_id=person, topic=topic)
        for person in range(2_000)
        for topic in ("vpn", "printers", "outlook", "mfa", "teams")
    )
    # Five standard deviations: 10,000 fair draws stray further once in two million.
    assert abs(drawn - 100 * percent) < 5 * (10_000 * percent / 100 * (1 - percent / 100)) ** 0.5


def test_a_person_and_a_topic_fall_to_the_same_side_while_a_draw_runs_and_anew_in_the_next(app):
    lots = [
        [holdout.is_drawn(HoldOut(id=draw, percent=50), person_id=n, topic="vpn") for n in range(200)]
        for draw in (1, 1, 2)
    ]
    assert lots[0] == lots[1] != lots[2]


def test_who_is_held_out_goes_straight_to_support_and_was_shown_nothing(ada, erin, fix, everybody_drawn):
    holdout.choose(50, by=ada)
    incident = tell(erin)
    assert selfhelp.offer_fixes(incident.id) == [] == selfhelp.offer_fixes(incident.id)
    assert (incident.state, selfhelp.was_held_out(incident.id)) == (State.QUEUED, True)
    assert Event.OFFERED not in {entry.event for entry in incident.entries}
    assert (fix.offered_count, selfhelp.tried_counts([incident.id])) == (0, {})
    kept = attempt_of(incident)
    assert [offer.article_id for offer in kept.offers] == [fix.id], "what would have been shown is kept"
    assert (kept.is_held_out, kept.outcome) == (True, AttemptOutcome.WENT_ON)


def test_who_is_held_out_and_helps_themselves_credits_nobody(ada, erin, fix, everybody_drawn):
    holdout.choose(50, by=ada)
    incident = tell(erin)
    selfhelp.offer_fixes(incident.id)
    selfhelp.tell_outcome(incident.id, by=erin, solved=True, article_id=fix.id)
    assert (fix.helped_count, attempt_of(incident).offers[0].helped) == (0, None)


@pytest.mark.parametrize(
    "told",
    [
        {"urgency": Level.HIGH, "impact": Level.HIGH},
        {"urgency": Level.HIGH, "impact": Level.MEDIUM},
        {"words": "vpn keeps disconnecting and I clicked on a phishing link and typed my password"},
        {"channel": Channel.PHONE},
    ],
    ids=["P1", "P2", "security", "a call"],
)
def test_urgent_reports_and_calls_are_never_held_out(ada, erin, everybody_drawn, told):
    holdout.choose(50, by=ada)
    incident = tell(erin, **told)
    selfhelp.offer_fixes(incident.id)
    assert incident.kind == "security" or incident.priority <= 2 or incident.channel == Channel.PHONE
    assert not selfhelp.was_held_out(incident.id)
    assert attempt_of(incident).hold_out_id is None


def test_what_support_logs_for_somebody_is_never_held_out(ada, erin, person, everybody_drawn):
    holdout.choose(50, by=ada)
    tess = person("tess", Role.AGENT)
    incident = tell(erin, channel=Channel.API, logged_by_id=tess.id)
    assert selfhelp.offer_fixes(incident.id)


def test_a_known_outage_is_never_held_out(ada, erin, everybody_drawn):
    holdout.choose(50, by=ada)
    incident = tell(erin, service="vpn")
    with write() as session:
        session.add(Outage(title="VPN is down", service_id=incident.service_id, since=clock.now()))
    assert selfhelp.offer_fixes(incident.id)


def test_a_report_without_a_fitting_fix_takes_part_in_no_draw(ada, erin, everybody_drawn):
    holdout.choose(50, by=ada)
    incident = tell(erin, "the coffee machine is broken")
    selfhelp.offer_fixes(incident.id)
    assert (attempt_of(incident).hold_out_id, attempt_of(incident).is_held_out) == (None, False)


def test_whom_fixes_were_shown_before_the_report_takes_part_in_no_draw(ada, erin, everybody_drawn):
    holdout.choose(50, by=ada)
    found = selfhelp.suggest.suggest("vpn keeps disconnecting", audience="everyone")
    selfhelp.show_fixes(erin, "vpn keeps disconnecting", found, channel=Channel.CHAT)
    incident = tell(erin, channel=Channel.CHAT)
    selfhelp.offer_fixes(incident.id)
    assert not selfhelp.was_held_out(incident.id)
    assert attempt_of(incident).hold_out_id is None


class TestTheComparison:
    """Half are held out by name; everybody counts by their lot, whatever they did."""

    @pytest.fixture
    def groups(self, ada, person, fix, monkeypatch):
        """`groups(shown=[...], held=[...])`: how each report ended; the comparison eight days later."""
        tess, began = person("tess", Role.AGENT), clock.now()

        def play(who, ending):
            incident = tell(who)
            selfhelp.offer_fixes(incident.id)
            clock.advance(timedelta(minutes=10))
            if ending == "solved":
                selfhelp.tell_outcome(incident.id, by=who, solved=True, article_id=fix.id)
            elif ending == "support":
                take(incident.id, by=tess)
                change(incident.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT), by=tess)
            elif ending == "withdrawn":
                change(incident.id, Change(to=State.CANCELLED), by=who)

        def groups(*, shown=(), held=(), days=8):
            held_ids = set()
            monkeypatch.setattr(holdout, "is_drawn", lambda *_, person_id, **__: person_id in held_ids)
            with clock.freeze(began):
                holdout.choose(50, by=ada)
                for place, ending in enumerate([*shown, *held]):
                    who = person(f"p{place}")
                    held_ids.update([who.id] if place >= len(shown) else [])
                    play(who, ending)
                clock.advance(timedelta(days=days))
                return holdout_effect.compare(holdout.draws()[0])

        return groups

    def test_solved_without_support_is_compared_and_silence_and_withdrawal_do_not_count(self, groups):
        found = groups(
            shown=["solved", "solved", "support", "open", "withdrawn"], held=["solved", "support", "open"]
        )
        assert (found.shown.unaided.count, found.shown.unaided.of) == (2, 5)
        assert (found.held_out.unaided.count, found.held_out.unaided.of) == (1, 3)
        assert found.unaided.value == pytest.approx(2 / 5 - 1 / 3) and not found.unaided.is_clear

    def test_what_is_open_after_seven_days_is_longer_than_all_others(self, groups):
        found = groups(shown=["solved", "solved", "open"], held=["open", "open", "support"])
        assert (found.shown.minutes.value, found.held_out.minutes.value) == (10, None)
        assert found.minutes is None

    def test_younger_than_seven_days_is_not_known_yet(self, groups):
        found = groups(shown=["solved"], held=["open"], days=6)
        assert (found.too_young, found.shown.unaided.of, found.unaided) == (2, 0, None)

    def test_one_person_counts_once_a_topic(self, ada, erin):
        with clock.freeze(clock.now()):
            holdout.choose(1, by=ada)
            for _ in range(3):
                selfhelp.offer_fixes(tell(erin).id)
            clock.advance(timedelta(days=8))
            found = holdout_effect.compare(holdout.draws()[0])
        assert found.shown.unaided.of + found.held_out.unaided.of == 1

    def test_held_out_reports_are_no_attempts(self, groups):
        groups(shown=["solved"], held=["open", "open"])
        wanted = Wanted(since=clock.now() - timedelta(days=1), until=clock.now() + timedelta(days=30))
        found = selfservice.measure(wanted)
        assert (found.whole.attempts, found.left_out.held_out) == (1, 2)
