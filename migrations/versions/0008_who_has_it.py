"""Who has it: routing rules, rules of time, skills, shifts, absences, vendors' answers and swarms

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-25 16:30:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    _add_columns()
    _create_rules()
    _create_absence()
    _create_vendor_request()
    _create_swarm()


def _add_columns() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(_id("lead_id", nullable=True))
        batch_op.add_column(sa.Column("answer_hours", sa.Integer(), nullable=False, server_default="24"))
        batch_op.create_foreign_key(
            batch_op.f("fk_team_lead_id_person"), "person", ["lead_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(_time("given_at", nullable=True))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("shift", sa.String(length=120), nullable=False, server_default=""))
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("routed_by", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(_time("placed_at", nullable=True))


def _create_rules() -> None:
    op.create_table(
        "routing_rule",
        _id("id"),
        _id("position"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        _id("team_id"),
        sa.Column("assigning", sa.String(length=12), nullable=False),
        _key("routing_rule", "team_id", "team"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_index(op.f("ix_routing_rule_position"), "routing_rule", ["position"])
    op.create_index(op.f("ix_routing_rule_team_id"), "routing_rule", ["team_id"])
    op.create_table(
        "escalation_rule",
        _id("id"),
        _id("tier"),
        _id("from_team_id", nullable=True),
        _id("worst_priority"),
        _id("after_minutes"),
        sa.Column("upwards", sa.String(length=12), nullable=False),
        _id("team_id", nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        _key("escalation_rule", "from_team_id", "team", "CASCADE"),
        _key("escalation_rule", "team_id", "team"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_rule")),
    )
    op.create_index(op.f("ix_escalation_rule_from_team_id"), "escalation_rule", ["from_team_id"])
    op.create_index(op.f("ix_escalation_rule_team_id"), "escalation_rule", ["team_id"])


def _create_absence() -> None:
    op.create_table(
        "absence",
        _id("id"),
        _id("person_id"),
        _time("since"),
        _time("until"),
        _id("substitute_id", nullable=True),
        _key("absence", "person_id", "person", "CASCADE"),
        _key("absence", "substitute_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_person_id", "absence", ["person_id", "until"])


def _create_vendor_request() -> None:
    op.create_table(
        "vendor_request",
        _id("id"),
        _id("incident_id"),
        _id("vendor_id", nullable=True),
        sa.Column("vendor_name", sa.String(length=120), nullable=False),
        _id("contact_id"),
        _id("asked_by_id", nullable=True),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _time("asked_at"),
        _time("answer_by"),
        _time("answered_at", nullable=True),
        _time("reminded_at", nullable=True),
        _key("vendor_request", "incident_id", "incident", "CASCADE"),
        _key("vendor_request", "vendor_id", "team", "SET NULL"),
        _key("vendor_request", "contact_id", "person"),
        _key("vendor_request", "asked_by_id", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vendor_request")),
    )
    op.create_index(op.f("ix_vendor_request_incident_id"), "vendor_request", ["incident_id"])
    op.create_index(op.f("ix_vendor_request_contact_id"), "vendor_request", ["contact_id"])
    op.create_index("ix_vendor_request_answer_by", "vendor_request", ["answered_at", "answer_by"])


def _create_swarm() -> None:
    op.create_table(
        "swarm",
        _id("id"),
        _id("incident_id"),
        _id("opened_by_id"),
        _time("opened_at"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        _id("findings_version"),
        _time("ended_at", nullable=True),
        _key("swarm", "incident_id", "incident", "CASCADE"),
        _key("swarm", "opened_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swarm")),
    )
    op.create_index(op.f("ix_swarm_incident_id"), "swarm", ["incident_id"])
    op.create_table(
        "swarm_member",
        _id("swarm_id"),
        _id("person_id"),
        sa.Column("via_team", sa.String(length=120), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        _time("invited_at"),
        _time("answered_at", nullable=True),
        _key("swarm_member", "swarm_id", "swarm", "CASCADE"),
        _key("swarm_member", "person_id", "person"),
        sa.PrimaryKeyConstraint("swarm_id", "person_id", name=op.f("pk_swarm_member")),
    )
    op.create_index(op.f("ix_swarm_member_person_id"), "swarm_member", ["person_id"])


def downgrade() -> None:
    for table in (
        "swarm_member",
        "swarm",
        "vendor_request",
        "absence",
        "escalation_rule",
        "routing_rule",
    ):
        op.drop_table(table)
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_column("placed_at")
        batch_op.drop_column("routed_by")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("shift")
        batch_op.drop_column("skills")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("given_at")
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_team_lead_id_person"), type_="foreignkey")
        batch_op.drop_column("answer_hours")
        batch_op.drop_column("lead_id")
