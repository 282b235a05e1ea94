"""on call: the rota, who was woken for what, and the webhooks that are owed

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-25 17:15:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    _create_rota()
    _create_page()
    op.create_table(
        "page_hook",
        _id("id"),
        _id("page_id"),
        _id("rota_id"),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        _id("attempts"),
        _time("not_before"),
        sa.Column("error", sa.Text(), nullable=False),
        _key("page_hook", "page_id", "page"),
        _key("page_hook", "rota_id", "rota"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_hook")),
    )
    op.create_index("ix_page_hook_due", "page_hook", ["is_done", "not_before"])
    op.create_index(op.f("ix_page_hook_page_id"), "page_hook", ["page_id"])


def _create_rota() -> None:
    op.create_table(
        "rota",
        _id("id"),
        _id("team_id"),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        _id("turn_days"),
        _id("handover_minute"),
        sa.Column("people", sa.JSON(), nullable=False),
        _id("step_minutes"),
        sa.Column("webhook_url", sa.String(length=500), nullable=False),
        sa.Column("webhook_secret", sa.Text(), nullable=False),
        _key("rota", "team_id", "team"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota")),
        sa.UniqueConstraint("team_id", name=op.f("uq_rota_team_id")),
    )
    op.create_table(
        "rota_override",
        _id("id"),
        _id("rota_id"),
        _id("person_id"),
        _time("since"),
        _time("until"),
        _key("rota_override", "rota_id", "rota"),
        _key("rota_override", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_override")),
    )
    op.create_index(op.f("ix_rota_override_rota_id"), "rota_override", ["rota_id"])


def _create_page() -> None:
    op.create_table(
        "page",
        _id("id"),
        _id("incident_id"),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        _id("step"),
        _time("next_step_at"),
        _time("created_at"),
        _id("acknowledged_by_id", nullable=True),
        _time("acknowledged_at", nullable=True),
        _key("page", "incident_id", "incident"),
        _key("page", "acknowledged_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("incident_id", "key", name="uq_page_incident_id"),
    )
    op.create_index("ix_page_next_step_at", "page", ["state", "next_step_at"])
    op.create_table(
        "page_call",
        _id("id"),
        _id("page_id"),
        _id("person_id"),
        _id("step"),
        _time("called_at"),
        _key("page_call", "page_id", "page"),
        _key("page_call", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_call")),
    )
    op.create_index(op.f("ix_page_call_page_id"), "page_call", ["page_id"])
    op.create_index("ix_page_call_person_id", "page_call", ["person_id"])


def downgrade() -> None:
    for table in ("page_hook", "page_call", "page", "rota_override", "rota"):
        op.drop_table(table)
