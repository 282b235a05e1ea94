"""Major incidents: who leads, who hangs on them, what was told

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-25 17:45:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "major",
        _id("id"),
        _id("incident_id"),
        _id("outage_id", nullable=True),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        _id("commander_id", nullable=True),
        _id("speaker_id", nullable=True),
        _time("proposed_at", nullable=False),
        _time("declared_at"),
        _time("over_at"),
        _time("reminded_at"),
        _key("major", "incident_id", "incident", "CASCADE"),
        _key("major", "outage_id", "outage", "SET NULL"),
        _key("major", "commander_id", "person"),
        _key("major", "speaker_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_major_incident_id")),
        sa.UniqueConstraint("outage_id", name=op.f("uq_major_outage_id")),
    )
    op.create_table(
        "major_report",
        _id("incident_id"),
        _id("major_id"),
        _key("major_report", "incident_id", "incident", "CASCADE"),
        _key("major_report", "major_id", "major", "CASCADE"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_major_report")),
    )
    op.create_index("ix_major_report_major", "major_report", ["major_id"])
    op.create_table(
        "major_news",
        _id("id"),
        _id("major_id"),
        sa.Column("text", sa.Text(), nullable=False),
        _id("by_id"),
        _time("at", nullable=False),
        _key("major_news", "major_id", "major", "CASCADE"),
        _key("major_news", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_news")),
    )
    op.create_index("ix_major_news_major", "major_news", ["major_id", "id"])


def downgrade() -> None:
    for table in ("major_news", "major_report", "major"):
        op.drop_table(table)
