"""The catalogue: what services need, who answers for them, and where

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-25 17:05:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sites", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_service_owner_id_person"), "person", ["owner_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("site", sa.String(length=60), nullable=False, server_default=""))
    op.create_table(
        "service_dependency",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["service.id"],
            name=op.f("fk_service_dependency_service_id_service"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["needs_id"],
            ["service.id"],
            name=op.f("fk_service_dependency_needs_id_service"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_id", "needs_id", name=op.f("pk_service_dependency")),
    )
    op.create_index("ix_service_dependency_needs_id", "service_dependency", ["needs_id"])


def downgrade() -> None:
    op.drop_table("service_dependency")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_column("site")
    with op.batch_alter_table("service", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_service_owner_id_person"), type_="foreignkey")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("sites")
