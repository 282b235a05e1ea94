"""Fill a database with incidents of a desk that has been in use for a while."""

import random
import subprocess
import sys
from datetime import timedelta

BATCH = 1000


def seed(environment: dict[str, str], count: int) -> None:
    """Fill the database of that environment, in a process that has it from the start."""
    subprocess.run([sys.executable, "-m", "benchmarks.seed", str(count)], env=environment, check=True)


def fill(count: int) -> None:
    """Add `count` incidents, a third of them open, with a short timeline each."""
    from sqlalchemy import select

    from commands.context import create_context
    from commands.demo.sources import read
    from commands.demo.year.desk import counters
    from firstline import clock
    from firstline.db import db, write
    from incidents.models import Entry, Incident
    from incidents.moving.rows import put
    from incidents.people import Person, Team
    from incidents.search.filling import fill as make_findable

    with create_context().app_context():
        people = db.session.scalars(select(Person.id)).all()
        teams = db.session.scalars(select(Team.id)).all()
        troubles = read("year/troubles")
        chance, now = random.Random(42), clock.now()
        for start in range(0, count, BATCH):
            with write() as session:
                ids = counters(session, Incident)[Incident]
                rows = [
                    {"id": next(ids)}
                    | _incident(chance, now - timedelta(minutes=5 * (count - n)), people, teams, troubles)
                    for n in range(start, min(start + BATCH, count))
                ]
                put(session, Incident, rows)
                put(session, Entry, [entry for row in rows for entry in _entries(row["id"], row)])
        with write() as session:
            make_findable(session)


def _incident(chance, created, people, teams, troubles) -> dict:
    trouble = chance.choice(troubles)
    words, detail = chance.choice(trouble["words"]), chance.choice(trouble["detail"])
    priority = chance.choices((1, 2, 3, 4, 5), (3, 12, 60, 20, 5))[0]
    due = created + timedelta(hours=8 * priority)
    state = chance.choices(("queued", "in_progress", "resolved", "closed"), (20, 10, 20, 50))[0]
    is_over = state in {"resolved", "closed"}
    return {
        "title": words,
        "description": f"Hello, {words}. {detail} I restarted it twice without any change. " * 3,
        "state": state,
        "channel": chance.choice(("portal", "chat", "mail")),
        "requester_id": chance.choice(people),
        "team_id": chance.choice(teams),
        "assignee_id": chance.choice((None, *people[:3])),
        "priority": priority,
        "created_at": created,
        "updated_at": created,
        "suggested_at": created,
        "respond_by": due,
        "update_by": due,
        "resolve_by": due,
        "due_at": due,
        "responded_at": created + timedelta(minutes=chance.randrange(5, 600)),
        "resolved_at": created + timedelta(minutes=chance.randrange(600, 4000)) if is_over else None,
        "resolution": chance.choice(("self_service", "support", "higher_tier")) if is_over else None,
    }


def _entries(incident_id: int, row: dict) -> list[dict]:
    common = {"incident_id": incident_id, "created_at": row["created_at"], "author_id": row["requester_id"]}
    ends = [{**common, "event": "resolved", "created_at": row["resolved_at"]}] if row["resolved_at"] else []
    ends = [one | {"channel": "portal", "text": "It works again."} for one in ends]
    return [
        common | {"event": "reported", "channel": row["channel"], "text": ""},
        common | {"event": "commented", "channel": "mail", "text": "It is back since this morning. " * 4},
        common | {"event": "answered", "channel": "portal", "text": "Thanks, we are looking into it. " * 4},
        *ends,
    ]


if __name__ == "__main__":
    fill(int(sys.argv[1]))
