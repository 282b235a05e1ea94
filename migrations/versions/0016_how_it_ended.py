"""how it ended

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-25 16:45:00.000000
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from firstline.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cause_code",
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_cause_code")),
    )
    op.create_table(
        "closing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("close_after_days", sa.Integer(), nullable=False),
        sa.Column("reopen_within_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_rule")),
    )
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("phone", sa.String(40), nullable=False, server_default=""))
    _widen_incident()
    _add_what_was_done()
    _add_diagnosis()
    _let_resolved_ones_end()


def _widen_incident() -> None:
    with op.batch_alter_table("incident") as batch:
        batch.add_column(sa.Column("warn_closing_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("closes_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("continues_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("cause_code", sa.String(60), nullable=True))
        batch.add_column(
            sa.Column("is_article_wanted", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(
            sa.Column("is_first_contact", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_foreign_key(
            batch.f("fk_incident_continues_id_incident"),
            "incident",
            ["continues_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch.create_foreign_key(
            batch.f("fk_incident_cause_code_cause_code"), "cause_code", ["cause_code"], ["slug"]
        )
        batch.create_index("ix_incident_closes", ["state", "closes_at"])


def _add_what_was_done() -> None:
    op.create_table(
        "changed_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            ondelete="CASCADE",
            name=op.f("fk_changed_item_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], ondelete="CASCADE", name=op.f("fk_changed_item_device_id_device")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            ondelete="CASCADE",
            name=op.f("fk_changed_item_service_id_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_item")),
        sa.UniqueConstraint(
            "incident_id", "device_id", "service_id", name=op.f("uq_changed_item_incident_id")
        ),
    )
    for column in ("incident_id", "device_id", "service_id"):
        op.create_index(op.f(f"ix_changed_item_{column}"), "changed_item", [column])
    op.create_table(
        "work_timer",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            ondelete="CASCADE",
            name=op.f("fk_work_timer_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], ondelete="CASCADE", name=op.f("fk_work_timer_person_id_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "person_id", name=op.f("pk_work_timer")),
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("resolution_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.String(10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], ondelete="CASCADE", name=op.f("fk_rating_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["entry.id"], ondelete="CASCADE", name=op.f("fk_rating_resolution_id_entry")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], ondelete="CASCADE", name=op.f("fk_rating_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("resolution_id", name=op.f("uq_rating_resolution_id")),
    )
    for column in ("incident_id", "created_at"):
        op.create_index(op.f(f"ix_rating_{column}"), "rating", [column])


def _add_diagnosis() -> None:
    op.create_table(
        "hypothesis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("finding", sa.String(10), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            ondelete="CASCADE",
            name=op.f("fk_hypothesis_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], ondelete="SET NULL", name=op.f("fk_hypothesis_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
            ondelete="SET NULL",
            name=op.f("fk_hypothesis_decided_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hypothesis")),
    )
    op.create_index(op.f("ix_hypothesis_incident_id"), "hypothesis", ["incident_id"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.Column("cause_code", sa.String(60), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            ondelete="CASCADE",
            name=op.f("fk_proposal_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["cause_code"], ["cause_code.slug"], name=op.f("fk_proposal_cause_code_cause_code")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], ondelete="SET NULL", name=op.f("fk_proposal_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], ondelete="SET NULL", name=op.f("fk_proposal_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"],
            ["person.id"],
            ondelete="SET NULL",
            name=op.f("fk_proposal_accepted_by_id_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_incident_id"), "proposal", ["incident_id"])


def _let_resolved_ones_end() -> None:
    """What was resolved before there was a rule gets a week, and its warning a day before."""
    incident = sa.table(
        "incident",
        sa.column("id", sa.Integer),
        sa.column("state", sa.String),
        sa.column("resolved_at", UtcDateTime),
        sa.column("warn_closing_at", UtcDateTime),
        sa.column("closes_at", UtcDateTime),
    )
    bind = op.get_bind()
    resolved = sa.select(incident.c.id, incident.c.resolved_at).where(
        incident.c.state == "resolved", incident.c.resolved_at.is_not(None)
    )
    for number, at in bind.execute(resolved).all():
        ends = {"warn_closing_at": at + timedelta(days=6), "closes_at": at + timedelta(days=7)}
        bind.execute(sa.update(incident).where(incident.c.id == number).values(**ends))


def downgrade() -> None:
    for table in ("proposal", "hypothesis", "rating", "work_timer", "changed_item"):
        op.drop_table(table)
    with op.batch_alter_table("incident") as batch:
        batch.drop_index("ix_incident_closes")
        batch.drop_constraint(batch.f("fk_incident_cause_code_cause_code"), type_="foreignkey")
        batch.drop_constraint(batch.f("fk_incident_continues_id_incident"), type_="foreignkey")
        for column in (
            "is_first_contact",
            "is_article_wanted",
            "cause_code",
            "continues_id",
            "closes_at",
            "warn_closing_at",
        ):
            batch.drop_column(column)
    with op.batch_alter_table("person") as batch:
        batch.drop_column("phone")
    op.drop_table("closing_rule")
    op.drop_table("cause_code")
