"""What recurs is proposed as a problem

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-25 20:16:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "problem_proposal",
        _id("id"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("symptoms", sa.Text(), nullable=False),
        _id("service_id", nullable=True),
        _id("device_id", nullable=True),
        _id("people"),
        _id("days"),
        _time("since"),
        _time("until"),
        _time("created_at"),
        _id("problem_id", nullable=True),
        _time("dismissed_at", nullable=True),
        _id("dismissed_by_id", nullable=True),
        _key("problem_proposal", "service_id", "service", "SET NULL"),
        _key("problem_proposal", "device_id", "device", "SET NULL"),
        _key("problem_proposal", "problem_id", "problem", "SET NULL"),
        _key("problem_proposal", "dismissed_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_proposal")),
    )
    members = "problem_proposal_incident"
    op.create_table(
        members,
        _id("proposal_id"),
        _id("incident_id"),
        _key(members, "proposal_id", "problem_proposal", "CASCADE"),
        _key(members, "incident_id", "incident", "CASCADE"),
        sa.PrimaryKeyConstraint("proposal_id", "incident_id", name=op.f(f"pk_{members}")),
    )
    op.create_index(op.f(f"ix_{members}_incident_id"), members, ["incident_id"])


def downgrade() -> None:
    for table in ("problem_proposal_incident", "problem_proposal"):
        op.drop_table(table)
