"""Every figure of the reports, recounted from the raw timelines by a second, plain implementation."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firstline import clock
from firstline.db import db, write
from incidents import conversation, lifecycle
from incidents.errors import Invalid, NotAllowed, NotFound, Refused
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, Resolution, State
from incidents.people import Role
from incidents.reports import annotations, counting, daily, facts, rows, scope, verifying
from incidents.reports.counting import Dimension
from incidents.reports.figures import BY_SLUG, FIGURES
from incidents.reports.models import DaySum, Fact
from incidents.reports.scope import Scope
from incidents.reports.timeline import stretches
from incidents.sla.agreements import read_book
from incidents.sla.calendars import is_open
from incidents.sla.keeping import agreed_for

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
"""Four days before the clocks change in Europe."""
YEAR = Scope(since=START.date(), until=START.date() + timedelta(days=60))


@pytest.fixture
def ticking(monkeypatch):
    """A clock that stands until the test moves it."""

    class Ticking:
        at = START

        def forward(self, minutes):
            self.at += minutes * MINUTE

    ticking = Ticking()
    monkeypatch.setattr(clock, "now", lambda: ticking.at)
    return ticking


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


Step = Callable[[], None]


def live(rng, ticking, tess, erin) -> None:
    """One incident with a random life: waiting, resolving, reopening, changes of priority, closing."""
    ticking.forward(rng.randrange(1, 400))
    told = Report(
        requester_id=erin.id,
        description=rng.choice(["VPN drops", "Printer jams", "Laptop is slow"]),
        channel=rng.choice([Channel.PORTAL, Channel.CHAT, Channel.MAIL]),
        service=rng.choice([None, "vpn", "printing"]),
    )
    incident_id = report(told).id

    def to(state: State, **what) -> Step:
        return lambda: lifecycle.change(incident_id, Change(to=state, **what), by=tess)

    def prioritise() -> None:
        with write() as session:
            session.get_one(Incident, incident_id).priority = rng.randrange(1, 6)

    solved = rng.choice(list(Resolution))
    steps: list[Step] = [
        lambda: lifecycle.take(incident_id, by=tess),
        lambda: conversation.say(incident_id, by=tess, text="Did it help?", channel=Channel.PORTAL),
        to(State.WAITING, waiting_on=rng.choice(["requester", "vendor"]), note="Waiting."),
        to(State.IN_PROGRESS),
        to(State.RESOLVED, resolution=solved, note="Done.", minutes_spent=rng.randrange(60)),
        to(State.QUEUED, note="It is back."),
        to(State.CLOSED, note="Confirmed on the phone."),
        to(State.CANCELLED),
        prioritise,
    ]
    for _ in range(rng.randrange(2, 12)):
        ticking.forward(rng.randrange(1, 900))
        try:
            rng.choice(steps[:7] * 4 + steps[7:])()
        except Refused:
            db.session.rollback()


def merge_some(rng) -> None:
    """As a join leaves it: a state, and an entry that tells of it."""
    with write() as session:
        for incident in session.query(Incident).filter(Incident.state == State.QUEUED).limit(2):
            incident.state, incident.updated_at = State.MERGED, clock.now()
            session.add(Entry(incident_id=incident.id, event=Event.MERGED, created_at=clock.now()))


EVENTS = {
    "routed": "queued", "escalated": "queued", "reopened": "queued", "taken": "in_progress",
    "resumed": "in_progress", "waiting": "waiting", "resolved": "resolved", "confirmed": "closed",
    "closed": "closed", "cancelled": "cancelled", "merged": "merged", "reported": "offered",
}  # fmt: skip


def minutes_of(incident, entries, until, calendar):
    """State and whom it waits for, minute by minute, and whether the calendar works then."""
    at, place, state, on = incident.created_at, 0, "offered", ""
    while at < until:
        while place < len(entries) and entries[place].created_at <= at:
            if entries[place].event in EVENTS:
                state, on = EVENTS[entries[place].event], str(entries[place].facts.get("waiting_on", ""))
            place += 1
        stands = state in {"waiting", "resolved", "closed", "cancelled"}
        yield state, on, is_open(calendar, at) and not stands
        at += MINUTE


def recount(since, until):
    """Total and count of every figure, from incidents and entries alone, in the dullest way."""
    found = {figure.slug: [0, 0] for figure in FIGURES}

    def add(slug, amount, counts=True):
        found[slug][0] += int(amount) if counts else 0
        found[slug][1] += 1 if counts else 0

    book = read_book()
    for one in db.session.query(Incident):
        entries = db.session.query(Entry).filter_by(incident_id=one.id).order_by(Entry.id).all()
        calendar = agreed_for(book, one).calendar
        counted = one.state not in {"merged", "cancelled"}
        zone = ZoneInfo("UTC")
        if since <= one.created_at.astimezone(zone).date() <= until:
            add("reports", 1)
            add("joined", one.state == "merged")
            if counted and one.responded_at:
                add("answer_clock", (one.responded_at - one.created_at).total_seconds())
                lived = minutes_of(one, entries, one.responded_at, calendar)
                add("answer_working", 60 * sum(works for _state, _on, works in lived))
                add("answered_in_time", one.responded_at <= one.respond_by)
        if counted and one.resolved_at and since <= one.resolved_at.astimezone(zone).date() <= until:
            lived = list(minutes_of(one, entries, one.resolved_at, calendar))
            waited = 60 * sum(state == "waiting" for state, _on, _works in lived)
            for_vendor = 60 * sum(on == "vendor" for _state, on, _works in lived)
            add("resolved", 1)
            add("self_service", one.resolution == "self_service")
            add("resolve_clock", (one.resolved_at - one.created_at).total_seconds())
            add("resolve_working", 60 * sum(works for _state, _on, works in lived))
            add("waiting", waited)
            add("vendor", for_vendor, for_vendor > 0)
            by_people = one.resolution in {"support", "higher_tier", "vendor"}
            add("first_contact", one.is_first_contact, by_people)
            add("reopened", any(entry.event == "reopened" for entry in entries))
            add("resolved_in_time", one.resolved_at <= one.resolve_by)
            add("minutes", one.minutes_spent)
    return {slug: tuple(numbers) for slug, numbers in found.items()}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_what_a_plain_recount_of_the_timelines_gives(seed, ticking, tess, person):
    rng, erin = random.Random(seed), person("erin")
    for _ in range(25):
        live(rng, ticking, tess, erin)
    merge_some(rng)
    facts.keep_all()
    some_days = Scope(since=START.date() + timedelta(days=2), until=START.date() + timedelta(days=6))
    expected = {asked: recount(asked.since, asked.until) for asked in (YEAR, some_days)}
    portal = replace(YEAR, channel="portal")
    parts = numbers(portal), numbers(replace(portal, priority=3))
    for keep_sums in (lambda: None, daily.keep_all):
        keep_sums()
        assert {asked: numbers(asked) for asked in expected} == expected
        assert (numbers(portal), numbers(replace(portal, priority=3))) == parts
    assert list(verifying.verify()) == []
    live(rng, ticking, tess, erin)
    with write() as session:
        for one in session.query(Incident).filter(Incident.resolved_at.is_not(None)).limit(3):
            one.minutes_spent += 5
    for one in db.session.query(Incident).filter_by(state=State.RESOLVED).limit(2).all():
        lifecycle.change(one.id, Change(to=State.QUEUED, note="It is back."), by=tess)
    facts.keep_all()
    assert numbers(YEAR) == recount(YEAR.since, YEAR.until)


def numbers(asked):
    return {slug: (value.total, value.count) for slug, value in counting.all_figures(asked).items()}


def test_a_kept_sum_that_is_wrong_is_told_and_made_right(ticking, tess, person):
    settled(tess, person("erin"))
    ticking.forward(60 * 24 * 2)
    facts.keep_all()
    daily.keep_all()
    with write() as session:
        session.query(DaySum).filter_by(split="", figure="resolved").update({"total": 7})
    assert [(one.number, one.kept, one.told) for one in verifying.verify()] == [
        (START.date().isoformat(), (7, 1), (1, 1))
    ]
    facts.rebuild()
    assert (list(verifying.verify()), counting.all_figures(YEAR)["resolved"].total) == ([], 1)


def settled(tess, erin, **what):
    incident = report(Report(requester_id=erin.id, description="VPN drops", channel=Channel.PORTAL, **what))
    lifecycle.take(incident.id, by=tess)
    lifecycle.change(incident.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT), by=tess)
    return incident


def test_parts_add_up_to_the_whole(ticking, tess, person):
    for service in ("vpn", "vpn", "printing", None):
        settled(tess, person(f"erin{ticking.at.timestamp()}"), service=service)
        ticking.forward(60 * 24 * 5)
    facts.keep_all()
    whole = counting.all_figures(YEAR)
    for figure in FIGURES:
        for dimension in Dimension:
            bars = counting.by(figure, dimension, YEAR)
            assert sum(bar.value.total for bar in bars) == whole[figure.slug].total
            assert sum(bar.value.count for bar in bars) == whole[figure.slug].count


def parts_of(asked):
    return {
        (figure.slug, dimension): {
            bar.key: (bar.value.total, bar.value.count)
            for bar in counting.by(figure, dimension, asked)
            if bar.value.total or bar.value.count
        }
        for figure in FIGURES
        for dimension in Dimension
    }


def told_apart(asked, names):
    """As `parts_of`, each value asked for by a filter of its own; what has no value is what is left."""
    whole, found = numbers(asked), {}
    for dimension, name in names.items():
        values = {getattr(one, name) for one in db.session.query(Fact)} - {None}
        each = {value: numbers(replace(asked, **{name: value})) for value in values}
        for slug, (total, count) in whole.items():
            parts = {value: told[slug] for value, told in each.items()}
            rest = total - sum(t for t, _c in parts.values()), count - sum(c for _t, c in parts.values())
            found[slug, dimension] = {key: pair for key, pair in (parts | {None: rest}).items() if any(pair)}
    return found


def test_a_figure_told_apart_is_the_same_from_kept_sums_and_from_the_incidents(ticking, tess, person):
    rng, erin = random.Random(3), person("erin")
    for _ in range(6):
        live(rng, ticking, tess, erin)
    settled(tess, erin, service="vpn")
    facts.keep_all()
    some = (YEAR, replace(YEAR, channel="portal"))
    expected = [parts_of(asked) for asked in some]
    daily.keep_all()
    assert [parts_of(asked) for asked in some] == expected
    apart = told_apart(YEAR, {"service": "service_id", "priority": "priority"})
    assert {key: found for key, found in expected[0].items() if key in apart} == apart


def test_what_was_open_at_the_end_of_each_week_is_what_a_plain_look_gives(ticking, tess, person):
    rng, erin = random.Random(5), person("erin")
    for _ in range(8):
        live(rng, ticking, tess, erin)
    merge_some(rng)
    facts.keep_all()
    for asked in (
        YEAR,
        replace(YEAR, channel="portal"),
        replace(YEAR, until=START.date() + timedelta(days=9)),
    ):
        for end, many in counting.open_at_ends(asked):
            assert many == sum(
                was_open(one, end)
                for one in db.session.query(Incident)
                if one.channel in {asked.channel or one.channel}
            )
    assert any(many for _end, many in counting.open_at_ends(YEAR))


def was_open(incident, on):
    """As it stands today: opened by then, and not over by then."""
    entries = db.session.query(Entry).filter_by(incident_id=incident.id).order_by(Entry.id).all()
    over = None
    if incident.state not in {"offered", "queued", "in_progress", "waiting"}:
        ends = [e.created_at for e in entries if EVENTS.get(e.event) in {"cancelled", "merged"}]
        over = (incident.resolved_at or ends[-1]).date()
    return incident.created_at.date() <= on and (over is None or over > on)


def test_the_days_before_are_compared_only_where_all_of_them_have_data(ticking, tess, person):
    settled(tess, person("erin"))
    facts.keep_all()
    day = START.date()
    half_known = Scope(since=day + timedelta(days=3), until=day + timedelta(days=8))
    known = Scope(since=day + timedelta(days=6), until=day + timedelta(days=11))
    assert counting.figures_before(half_known)["reports"].number is None
    assert counting.figures_before(known)["reports"].number == 1


def test_the_incidents_behind_a_figure_are_as_many_as_it_says(ticking, tess, person):
    for number in range(3):
        settled(tess, person(f"erin{number}"))
    facts.keep_all()
    for figure in FIGURES:
        value = counting.all_figures(YEAR)[figure.slug]
        expected = value.total if figure.unit in {"share"} else value.count
        assert len(counting.behind(figure, YEAR)) == expected, figure.slug


def test_a_figure_nobody_can_know_is_none_and_never_zero(app, ticking):
    values = counting.all_figures(YEAR)
    assert values["reports"].number == 0
    assert values["resolve_clock"].number is None
    assert values["resolved_in_time"].number is None


def test_a_filter_keeps_only_its_own(ticking, tess, person):
    settled(tess, person("erin"), service="vpn")
    settled(tess, person("bob"), service="printing")
    facts.keep_all()
    vpn = db.session.query(Fact).first().service_id
    asked = Scope(since=YEAR.since, until=YEAR.until, service_id=vpn, channel="portal")
    assert counting.all_figures(asked)["reports"].number == 1
    assert (
        counting.all_figures(Scope(since=YEAR.since, until=YEAR.until, channel="mail"))["reports"].number == 0
    )


def test_the_period_before_is_as_long_and_just_before():
    asked = Scope(since=START.date(), until=START.date() + timedelta(days=6))
    before = asked.before()
    assert (before.since, before.until) == (
        START.date() - timedelta(days=7),
        START.date() - timedelta(days=1),
    )


def test_a_range_that_cannot_be_meant_is_a_sentence(ticking):
    day = START.date()
    for since, until, field in (
        (day, day - timedelta(days=1), "until"),
        (day - timedelta(days=4000), day, "since"),
        (day + timedelta(days=30), day + timedelta(days=31), "since"),
    ):
        with pytest.raises(Invalid) as refused:
            scope.check(Scope(since=since, until=until))
        assert refused.value.field == field


def test_what_changes_later_is_reckoned_anew(ticking, tess, person):
    incident = settled(tess, person("erin"))
    facts.keep_all()
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="It is back."), by=tess)
    assert {difference.field for difference in verifying.verify()} >= {"version", "resolved_on"}
    facts.keep_all()
    assert list(verifying.verify()) == []
    assert counting.all_figures(YEAR)["resolved"].number == 0


def test_what_is_confirmed_the_same_day_keeps_the_working_time_it_took(ticking, tess, person):
    ticking.forward(180)
    incident = settled(tess, person("erin"))
    ticking.forward(200)
    lifecycle.change(incident.id, Change(to=State.CLOSED, note="Confirmed."), by=tess)
    facts.keep_all()
    assert counting.all_figures(YEAR)["resolve_working"].total == 0


def test_a_row_that_was_tampered_with_is_found_and_mended(ticking, tess, person):
    incident = settled(tess, person("erin"))
    facts.keep_all()
    with write() as session:
        session.get_one(Fact, incident.id).resolve_s = 1
    (difference,) = verifying.verify()
    assert (difference.number, difference.field, difference.kept) == (incident.number, "resolve_s", 1)
    facts.rebuild()
    assert list(verifying.verify()) == []


def test_a_missing_row_is_a_difference(ticking, person):
    incident = report(Report(requester_id=person("erin").id, description="No sound", channel=Channel.MAIL))
    assert [difference.number for difference in verifying.verify()] == [incident.number]


def test_weeks_without_incidents_are_shown(ticking, tess, person):
    settled(tess, person("erin"))
    ticking.forward(60 * 24 * 14)
    settled(tess, person("bob"))
    facts.keep_all()
    weeks = counting.by(
        BY_SLUG["reports"], Dimension.WEEK, Scope(since=START.date(), until=ticking.at.date())
    )
    assert [week.value.total for week in weeks] == [1, 0, 1]


def test_open_work_is_told_by_age(ticking, person):
    for number, age in enumerate((0, 2, 5, 40)):
        told = Report(requester_id=person(f"e{number}").id, description="No sound", channel=Channel.MAIL)
        incident = report(told)
        with write() as session:
            session.get_one(Incident, incident.id).created_at = START - timedelta(days=age)
    assert counting.backlog(YEAR) == [1, 1, 1, 0, 1]


def test_the_rows_come_in_batches_with_their_names(ticking, tess, person):
    for number in range(3):
        settled(tess, person(f"erin{number}"))
    facts.keep_all()
    batch = rows.that_are(YEAR.conditions(Fact.opened_on), size=2)
    first, last = batch(0)
    second, end = batch(last)
    assert [row[0] for row in first + second] == ["INC-000001", "INC-000002", "INC-000003"]
    assert batch(end) == ([], end)
    assert len(rows.NAMES) == len(first[0])


def test_annotations_stand_in_their_range_and_go_again(ticking, tess, person):
    made = annotations.annotate(START.date(), "New VPN client", by=tess)
    assert [note.text for note in annotations.within(YEAR)] == ["New VPN client"]
    annotations.remove(made.id, by=tess)
    assert list(annotations.within(YEAR)) == []
    with pytest.raises(NotFound):
        annotations.remove(made.id, by=tess)
    for on, text in ((None, "x"), (START.date(), " ")):
        with pytest.raises(Invalid):
            annotations.annotate(on, text, by=tess)
    with pytest.raises(NotAllowed):
        annotations.annotate(START.date(), "x", by=person("bob"))


def test_an_incident_that_came_without_its_story_has_no_times_in_a_state():
    assert stretches([], until=datetime(2026, 3, 2, tzinfo=UTC)) == []
