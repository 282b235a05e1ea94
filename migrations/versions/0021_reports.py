"""reports

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-25 17:38:50.576115
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["person.id"],
            name=op.f("fk_report_annotation_author_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_annotation")),
    )
    with op.batch_alter_table("report_annotation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_annotation_on_day"), ["on_day"], unique=False)

    op.create_table(
        "report_fact",
        sa.Column("incident_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.String(length=12), nullable=True),
        sa.Column("answer_s", sa.Integer(), nullable=True),
        sa.Column("answer_working_s", sa.Integer(), nullable=True),
        sa.Column("resolve_s", sa.Integer(), nullable=True),
        sa.Column("resolve_working_s", sa.Integer(), nullable=True),
        sa.Column("waiting_s", sa.Integer(), nullable=False),
        sa.Column("waiting_vendor_s", sa.Integer(), nullable=False),
        sa.Column("queued_s", sa.Integer(), nullable=False),
        sa.Column("is_answered_in_time", sa.Boolean(), nullable=True),
        sa.Column("is_resolved_in_time", sa.Boolean(), nullable=True),
        sa.Column("is_first_contact", sa.Boolean(), nullable=False),
        sa.Column("is_reopened", sa.Boolean(), nullable=False),
        sa.Column("minutes_spent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_report_fact_incident_id_incident"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_report_fact")),
    )
    with op.batch_alter_table("report_fact", schema=None) as batch_op:
        batch_op.create_index("ix_report_fact_opened_on", ["opened_on"], unique=False)
        batch_op.create_index("ix_report_fact_resolved_on", ["resolved_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("report_fact", schema=None) as batch_op:
        batch_op.drop_index("ix_report_fact_resolved_on")
        batch_op.drop_index("ix_report_fact_opened_on")

    op.drop_table("report_fact")
    with op.batch_alter_table("report_annotation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_annotation_on_day"))

    op.drop_table("report_annotation")
