"""Webhooks: who is to hear of events, and what they have heard

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-25 19:36:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _owner(column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_webhook_delivery_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("shows_internal", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        _time("not_before"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("failing_since", nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        _time("off_since", nullable=True),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("not_before"),
        sa.Column("error", sa.Text(), nullable=False),
        _time("created_at"),
        _time("done_at", nullable=True),
        _owner("webhook_id", "webhook"),
        _owner("entry_id", "entry"),
        _owner("note_id", "problem_note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["webhook_id", "standing", "not_before"])
    op.create_index("ix_webhook_delivery_standing", "webhook_delivery", ["standing", "done_at"])
    op.create_index(op.f("ix_webhook_delivery_entry_id"), "webhook_delivery", ["entry_id"])
    op.create_index(op.f("ix_webhook_delivery_note_id"), "webhook_delivery", ["note_id"])


def downgrade() -> None:
    for table in ("webhook_delivery", "webhook"):
        op.drop_table(table)
