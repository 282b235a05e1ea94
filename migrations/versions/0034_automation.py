"""automation

Revision ID: 0034
Revises: 0033
Create Date: 2026-11-25 20:20:21.407088
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "automation_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moment", sa.String(length=12), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("deeds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_automation_rule_owner_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_automation_rule"),
    )
    op.create_index("ix_automation_rule_position", "automation_rule", ["position"])

    op.create_table(
        "macro",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("deeds", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name="fk_macro_owner_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_macro"),
    )
    op.create_index("ix_macro_owner_id", "macro", ["owner_id"])

    op.create_table(
        "recurring_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("urgency", sa.String(length=8), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"],
            ["work_calendar.id"],
            name="fk_recurring_task_calendar_id_work_calendar",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["person.id"], name="fk_recurring_task_requester_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recurring_task"),
    )
    op.create_index("ix_recurring_task_next_at", "recurring_task", ["next_at"])

    op.create_table(
        "automation_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name="fk_automation_run_incident_id_incident",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["automation_rule.id"],
            name="fk_automation_run_rule_id_automation_rule",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_automation_run"),
        sa.UniqueConstraint("rule_id", "incident_id", "entry_id", name="uq_automation_run_rule_id"),
    )
    op.create_index("ix_automation_run_incident", "automation_run", ["incident_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_automation_run_incident", "automation_run")

    op.drop_table("automation_run")
    op.drop_index("ix_recurring_task_next_at", "recurring_task")

    op.drop_table("recurring_task")
    op.drop_index("ix_macro_owner_id", "macro")

    op.drop_table("macro")
    op.drop_index("ix_automation_rule_position", "automation_rule")

    op.drop_table("automation_rule")
