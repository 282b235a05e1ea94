"""How things look in JSON. Times are UTC, people are their address, teams their slug."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app

from firstline.app import settings_of
from firstline.db import db
from incidents import queue, sla, swarms
from incidents.kinship import lookalikes
from incidents.models import Entry, Incident, number_of
from incidents.people import Person
from incidents.resolutions import items, rating
from incidents.routing import vendors
from incidents.routing.models import Absence, EscalationRule, RoutingRule, VendorRequest
from incidents.selfhelp import Fix
from incidents.sla import Reading
from incidents.swarms.models import Swarm
from knowledge_base import related
from knowledge_base.models import Article, Audience

Json = dict[str, object]


def incident(found: Incident) -> Json:
    """What lists show of an incident."""
    return {
        "number": found.number,
        "title": found.title,
        "state": found.state,
        "priority": f"P{found.priority}",
        "category": found.category,
        "kind": found.kind,
        "reach": found.reach,
        "impact": found.impact,
        "urgency": found.urgency,
        "channel": found.channel,
        "requester": found.requester.email,
        "service": found.service.slug if found.service else None,
        "team": found.team.slug if found.team else None,
        "assignee": found.assignee.email if found.assignee else None,
        "created_at": time(found.created_at),
        "updated_at": time(found.updated_at),
        "due_at": time(found.due_at) if found.is_open and found.stopped_at is None else None,
        "resolution": found.resolution,
        "affected": found.affected_count,
        "url": url(f"/incidents/{found.number}"),
    }


def whole_incident(
    found: Incident, timeline: Sequence[Entry], fixes: Sequence[Fix], *, reader: Person
) -> Json:
    """An incident with its words, its timeline and what was tried."""
    return {
        **incident(found),
        "description": found.description,
        "clock": clock(sla.reading(found)),
        "waiting_on": found.waiting_on,
        "cause": found.cause or None,
        "cause_code": found.cause_code,
        "solution": found.solution or None,
        "minutes_spent": found.minutes_spent,
        "first_contact": found.is_first_contact,
        "article_wanted": found.is_article_wanted,
        "items": [item.label for item in items.changed_by(found)],
        "continues": number_of(found.continues_id) if found.continues_id else None,
        "closes_at": time(found.closes_at),
        "rating": _rating(found),
        "resolved_at": time(found.resolved_at),
        "closed_at": time(found.closed_at),
        "merged_into": _number(found.merged_into_id),
        "parent": _number(found.parent_id),
        "suggestions": [suggestion(fix) for fix in fixes],
        "timeline": [entry(one, reader=reader) for one in timeline],
    }


def clock(read: Reading) -> Json:
    """What is due next and how much working time is left; minutes are negative when it is over."""
    left = read.remaining
    return {
        "standing": read.standing,
        "paused_on": read.paused_on or None,
        "next": read.next.measure if read.next else None,
        "remaining_minutes": None if left is None else left // timedelta(minutes=1),
        "is_breached": read.is_breached,
        "targets": {hand.measure: time(hand.by) for hand in read.hands},
        "because": read.agreed.because,
    }


def help_of(found: Incident, *, is_support: bool) -> Json:
    """Why it is where it is and who else helps; for support only."""
    if not is_support:
        return {"routed_because": None, "routed_by": None, "vendors": [], "swarm": None}
    session = db.session()
    running = swarms.running(session, found.id)
    return {
        "routed_because": found.routed_because or None,
        "routed_by": found.routed_by or None,
        "vendors": [vendor_request(one) for one in vendors.requests_of(session, found)],
        "swarm": swarm(running) if running else None,
    }


def vendor_request(found: VendorRequest) -> Json:
    return {
        "vendor": found.vendor_name,
        "subject": found.subject,
        "words": found.words,
        "asked_at": time(found.asked_at),
        "answer_by": time(found.answer_by),
        "answered_at": time(found.answered_at),
    }


def swarm(found: Swarm) -> Json:
    return {
        "purpose": found.purpose,
        "findings": found.findings,
        "version": found.findings_version,
        "opened_by": found.opened_by.email,
        "opened_at": time(found.opened_at),
        "ended_at": time(found.ended_at),
        "people": [
            {"person": one.person.email, "standing": one.standing, "via_team": one.via_team or None}
            for one in found.members
        ],
    }


def rule(found: RoutingRule) -> Json:
    return {
        "id": found.id,
        "position": found.position,
        "name": found.name,
        "is_on": found.is_on,
        "conditions": found.conditions,
        "team": found.team.slug,
        "assigning": found.assigning,
    }


def step(found: EscalationRule) -> Json:
    return {
        "id": found.id,
        "tier": found.tier,
        "from_team": found.from_team.slug if found.from_team else None,
        "after_minutes": found.after_minutes,
        "worst_priority": found.worst_priority,
        "upwards": found.upwards,
        "team": found.team.slug if found.team else None,
        "is_on": found.is_on,
    }


def absence(found: Absence) -> Json:
    return {
        "id": found.id,
        "person": found.person.email,
        "since": time(found.since),
        "until": time(found.until),
        "substitute": found.substitute.email if found.substitute else None,
    }


def _rating(found: Incident) -> Json | None:
    given = rating.of_present(found)
    return {"score": given.score, "words": given.words, "at": time(given.created_at)} if given else None


def looks_like(found: Incident, me: Person) -> list[Json]:
    """What may be the same trouble. Of another's incident its requester learns no number and no words."""
    pairs = lookalikes.proposed(found)
    if not me.is_support:
        pairs = [pair for pair in pairs if pair.later_id == found.id]
    others = [(pair, pair.other_than(found.id)) for pair in pairs]
    return [
        {
            "number": other.number if me.is_support or other.requester_id == me.id else None,
            "own": other.requester_id == found.requester_id,
            "affected": other.affected_count,
            "since": time(other.created_at),
            "chance": round(pair.chance, 4),
            "because": list(pair.because) if me.is_support else [],
        }
        for pair, other in others
    ]


def _number(incident_id: int | None) -> str | None:
    return None if incident_id is None else number_of(incident_id)


def suggestion(fix: Fix) -> Json:
    return {
        "article": fix.article_id,
        "title": fix.title,
        "summary": fix.summary,
        "steps": list(fix.steps),
        "url": url(f"/fixes/{fix.slug}"),
        "score": round(fix.score, 4),
        "helped": fix.helped,
    }


def entry(found: Entry, *, reader: Person) -> Json:
    return {
        "id": found.id,
        "event": found.event,
        "visibility": found.visibility,
        "author": found.author.name if found.author else None,
        "channel": found.channel,
        "text": found.text,
        "facts": queue.facts_for(reader, found),
        "at": time(found.created_at),
        "attachments": [
            {"name": file.name, "type": file.media_type, "size": file.size} for file in found.attachments
        ],
    }


def article(found: Article, score: float | None = None) -> Json:
    """What lists show of an article; `score` is None where nothing was asked for."""
    return {
        "id": found.id,
        "slug": found.slug,
        "title": found.title,
        "summary": found.summary,
        "category": found.category_slug,
        "audience": found.audience,
        "state": found.state,
        "helped": found.helped_count,
        "updated_at": time(found.updated_at),
        "url": url(f"/fixes/{found.slug}"),
        "score": None if score is None else round(score, 4),
    }


def whole_article(found: Article) -> Json:
    """An article with its Markdown body. Related are those that every reader of this one may read."""
    owner = db.session.get(Person, found.owner_id) if found.owner_id else None
    return {
        **article(found),
        "body": found.body,
        "service": found.service,
        "keywords": found.keywords,
        "symptoms": found.symptoms,
        "cause": found.cause,
        "is_workaround": found.is_workaround,
        "owner": owner.email if owner else None,
        "review_at": time(found.review_at),
        "related": [other.slug for other in related.of(found, Audience(found.audience))],
        "revision": found.revision,
    }


def url(path: str) -> str:
    """The address people open, whichever way this request came."""
    return settings_of(current_app).base_url + path


def time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
