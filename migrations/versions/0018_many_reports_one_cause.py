"""many reports, one cause; a matrix that can be edited

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-25 16:50:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incident") as batch:
        batch.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("follows_parent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("affected_count", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("impact_before_count", sa.String(length=8), nullable=True))
        batch.create_foreign_key(op.f("fk_incident_parent_id_incident"), "incident", ["parent_id"], ["id"])
        batch.create_index(op.f("ix_incident_parent_id"), ["parent_id"], unique=False)
        batch.create_index(op.f("ix_incident_merged_into_id"), ["merged_into_id"], unique=False)
    with op.batch_alter_table("incident") as batch:
        # The defaults filled the rows that were there; new ones say it themselves.
        batch.alter_column("follows_parent", server_default=None)
        batch.alter_column("affected_count", server_default=None)
    op.create_table(
        "priority_cell",
        sa.Column("impact", sa.String(length=8), nullable=False),
        sa.Column("urgency", sa.String(length=8), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("impact", "urgency", name=op.f("pk_priority_cell")),
    )
    op.create_table(
        "impact_bar",
        sa.Column("impact", sa.String(length=8), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("impact", name=op.f("pk_impact_bar")),
    )
    op.create_table(
        "incident_vector",
        sa.Column("incident_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_incident_vector_incident_id_incident"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_vector")),
    )
    op.create_table(
        "lookalike",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("earlier_id < later_id", name=op.f("ck_lookalike_in_order")),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["incident.id"], name=op.f("fk_lookalike_earlier_id_incident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["later_id"], ["incident.id"], name=op.f("fk_lookalike_later_id_incident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
            name=op.f("fk_lookalike_decided_by_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookalike")),
        sa.UniqueConstraint("earlier_id", "later_id", name="uq_lookalike_pair"),
    )
    op.create_index(op.f("ix_lookalike_later_id"), "lookalike", ["later_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_lookalike_later_id"), table_name="lookalike")
    op.drop_table("lookalike")
    op.drop_table("incident_vector")
    op.drop_table("impact_bar")
    op.drop_table("priority_cell")
    with op.batch_alter_table("incident") as batch:
        batch.drop_index(op.f("ix_incident_merged_into_id"))
        batch.drop_index(op.f("ix_incident_parent_id"))
        batch.drop_constraint(op.f("fk_incident_parent_id_incident"), type_="foreignkey")
        batch.drop_column("impact_before_count")
        batch.drop_column("affected_count")
        batch.drop_column("follows_parent")
        batch.drop_column("parent_id")
