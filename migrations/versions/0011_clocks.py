"""clocks: calendars, targets, and when a clock stood

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-25 16:55:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NEW_ON_INCIDENT = ("update_by", "next_mark_at", "stopped_at", "news_at", "marks", "stopped_because")


def upgrade() -> None:
    _create_calendars()
    _create_targets()
    _create_stops()
    for table in ("team", "service"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("calendar_id", sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                batch_op.f(f"fk_{table}_calendar_id_work_calendar"), "work_calendar", ["calendar_id"], ["id"]
            )
    _add_to_incident()
    _fill_in()


def _add_to_incident() -> None:
    """Column by column: a table made anew would lose what hangs on it."""
    for name in ("update_by", "next_mark_at", "stopped_at", "news_at"):
        op.add_column("incident", sa.Column(name, TIME, nullable=True))
    op.add_column("incident", sa.Column("marks", sa.JSON(), nullable=False, server_default="{}"))
    because = sa.Column("stopped_because", sa.String(length=12), nullable=False, server_default="")
    op.add_column("incident", because)
    op.create_index(op.f("ix_incident_next_mark_at"), "incident", ["next_mark_at"])


def _create_calendars() -> None:
    op.create_table(
        "work_calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("subdivision", sa.String(length=40), nullable=False),
        sa.Column("days_off", sa.JSON(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_calendar")),
        sa.UniqueConstraint("name", name=op.f("uq_work_calendar_name")),
    )


def _create_targets() -> None:
    op.create_table(
        "sla_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("respond_minutes", sa.Integer(), nullable=False),
        sa.Column("update_minutes", sa.Integer(), nullable=False),
        sa.Column("resolve_minutes", sa.Integer(), nullable=False),
        sa.Column("is_always", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_sla_target_service_id_service"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_sla_target_team_id_team"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["work_calendar.id"], name=op.f("fk_sla_target_calendar_id_work_calendar")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_target")),
    )
    op.create_index("ix_sla_target_priority", "sla_target", ["priority"])


def _create_stops() -> None:
    op.create_table(
        "clock_stop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=False),
        sa.Column("because", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_clock_stop_incident_id_incident"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_stop")),
    )
    op.create_index("ix_clock_stop_incident_id", "clock_stop", ["incident_id", "began_at"])


def _fill_in() -> None:
    """What waits or is settled stands since it was last touched; the sweep reckons what is open."""
    op.execute("UPDATE incident SET news_at = responded_at")
    op.execute(
        "UPDATE incident SET stopped_at = updated_at, stopped_because = COALESCE(waiting_on, 'waiting')"
        " WHERE state = 'waiting'"
    )
    op.execute(
        "UPDATE incident SET stopped_at = COALESCE(resolved_at, closed_at, updated_at),"
        " stopped_because = 'settled' WHERE state IN ('resolved', 'closed', 'cancelled', 'merged')"
    )
    far = "'9999-01-01 00:00:00.000000'"
    if op.get_bind().dialect.name == "postgresql":
        far = "TIMESTAMPTZ '9999-01-01 00:00:00+00'"
    op.execute(f"UPDATE incident SET due_at = {far} WHERE stopped_at IS NOT NULL")  # noqa: S608 - our own constant


def downgrade() -> None:
    op.execute("UPDATE incident SET due_at = resolve_by")
    op.drop_index(op.f("ix_incident_next_mark_at"), table_name="incident")
    for name in NEW_ON_INCIDENT:
        op.drop_column("incident", name)
    for table in ("service", "team"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_calendar_id_work_calendar"), type_="foreignkey")
            batch_op.drop_column("calendar_id")
    op.drop_table("clock_stop")
    op.drop_table("sla_target")
    op.drop_table("work_calendar")
