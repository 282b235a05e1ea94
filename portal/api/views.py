"""How things look in JSON. Times are UTC, people are their address, teams their slug."""

from collections.abc import Sequence
from datetime import datetime

from flask import current_app

from firstline.app import settings_of
from firstline.db import db
from incidents.models import Entry, Incident
from incidents.people import Person
from incidents.selfhelp import Fix
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
        "impact": found.impact,
        "urgency": found.urgency,
        "channel": found.channel,
        "requester": found.requester.email,
        "service": found.service.slug if found.service else None,
        "team": found.team.slug if found.team else None,
        "assignee": found.assignee.email if found.assignee else None,
        "created_at": time(found.created_at),
        "updated_at": time(found.updated_at),
        "due_at": time(found.due_at) if found.is_open else None,
        "resolution": found.resolution,
        "url": url(f"/incidents/{found.number}"),
    }


def whole_incident(found: Incident, timeline: Sequence[Entry], fixes: Sequence[Fix]) -> Json:
    """An incident with its words, its timeline and what was tried."""
    return {
        **incident(found),
        "description": found.description,
        "waiting_on": found.waiting_on,
        "cause": found.cause or None,
        "solution": found.solution or None,
        "resolved_at": time(found.resolved_at),
        "closed_at": time(found.closed_at),
        "suggestions": [suggestion(fix) for fix in fixes],
        "timeline": [entry(one) for one in timeline],
    }


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


def entry(found: Entry) -> Json:
    return {
        "id": found.id,
        "event": found.event,
        "visibility": found.visibility,
        "author": found.author.name if found.author else None,
        "channel": found.channel,
        "text": found.text,
        "facts": found.facts,
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
