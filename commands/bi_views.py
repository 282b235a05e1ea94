"""Read-only views for BI tools: what happened and when, without a name or a word anybody wrote.

They are made anew by every `firstline db upgrade`. While a migration rebuilds a table they must not be
there: SQLite refuses to rename a table that a view names, PostgreSQL to change its columns.
`docs/data-out.md` describes them and is held against them by a test.
"""

from sqlalchemy import Connection, text

READER = "firstline_bi"
"""The PostgreSQL role that may read them, where it exists."""

VIEWS = {
    "bi_incidents": """
        SELECT {number:i.id} AS number, i.created_at AS opened_at, i.responded_at AS answered_at,
            i.resolved_at, i.closed_at, i.state, i.kind, i.channel, i.category, s.slug AS service,
            t.slug AS team, t.tier, i.priority, i.reach, i.impact, i.urgency, i.resolution,
            i.cause_code,
            i.reopened_count, i.affected_count AS people_affected, f.answer_s, f.answer_working_s,
            f.resolve_s, f.resolve_working_s, f.queued_s, f.waiting_s, f.waiting_vendor_s,
            f.is_answered_in_time, f.is_resolved_in_time, f.is_first_contact, i.minutes_spent,
            CASE WHEN i.merged_into_id IS NULL THEN NULL ELSE {number:i.merged_into_id} END AS joined_with
        FROM incident i
        LEFT JOIN report_fact f ON f.incident_id = i.id
        LEFT JOIN service s ON s.id = i.service_id
        LEFT JOIN team t ON t.id = i.team_id""",
    "bi_events": """
        SELECT e.id AS event_id, {number:e.incident_id} AS number, e.event, e.created_at AS at,
            e.channel, e.visibility, CASE WHEN e.author_id IS NULL THEN 'desk' ELSE 'person' END AS who
        FROM entry e""",
    "bi_fixes": """
        SELECT a.id AS attempt_id, {number:a.incident_id} AS number, a.created_at AS at, a.channel,
            a.category_slug AS category, a.outcome, a.decided_at, a.is_held_out,
            (SELECT count(*) FROM offer o WHERE o.attempt_id = a.id) AS fixes
        FROM attempt a""",
    "bi_ratings": """
        SELECT {number:r.incident_id} AS number, r.score, r.channel, r.created_at AS at FROM rating r""",
    "bi_alerts": """
        SELECT r.id AS alert_id, r.source, r.status, r.outcome, r.starts_at, r.received_at,
            {number:r.incident_id} AS number
        FROM alert_received r""",
    "bi_vendors": """
        SELECT {number:v.incident_id} AS number, v.vendor_name AS vendor, v.asked_at, v.answer_by,
            v.answered_at
        FROM vendor_request v""",
    "bi_problems": """
        SELECT p.id AS problem_id, p.standing, p.category, s.slug AS service, p.created_at AS opened_at,
            p.fixed_at, p.closed_at, p.reopened_count,
            (SELECT count(*) FROM problem_link l WHERE l.problem_id = p.id) AS incidents
        FROM problem p
        LEFT JOIN service s ON s.id = p.service_id""",
    "bi_outages": """
        SELECT o.id AS outage_id, s.slug AS service, o.site, o.since AS began_at, o.ended_at
        FROM outage o
        LEFT JOIN service s ON s.id = o.service_id""",
    "bi_mails": """
        SELECT m.id AS mail_id, m.route, m.received_at, m.outcome, {number:m.incident_id} AS number
        FROM raw_message m""",
}
NUMBERS = {
    "sqlite": "printf('INC-%06d', {id})",
    "postgresql": "'INC-' || lpad(CAST({id} AS text), greatest(6, length(CAST({id} AS text))), '0')",
}


class _Number:
    """`{number:e.incident_id}` in a view: the number people see, unknown where there is no incident."""

    def __init__(self, dialect: str) -> None:
        self._pattern = NUMBERS[dialect]

    def __format__(self, column: str) -> str:
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE {self._pattern.format(id=column)} END"


def drop(connection: Connection) -> None:
    """Take them away, for the time of a migration."""
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def create(connection: Connection) -> None:
    """Make them, and let `firstline_bi` read them and nothing else, where there is such a role."""
    number = _Number(connection.dialect.name)
    for name, query in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {query.format(number=number)}")
    if connection.dialect.name == "postgresql" and _has_reader(connection):
        connection.execute(text(f"GRANT SELECT ON {', '.join(VIEWS)} TO {READER}"))


def _has_reader(connection: Connection) -> bool:
    found = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": READER})
    return found.first() is not None
