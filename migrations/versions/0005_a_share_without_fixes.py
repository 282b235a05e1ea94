"""a share without fixes

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 15:02:10.412007
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["chosen_by_id"], ["person.id"], name=op.f("fk_hold_out_chosen_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_out")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hold_out_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_attempt_hold_out_id"), ["hold_out_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_attempt_hold_out_id_hold_out"),
            "hold_out",
            ["hold_out_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_attempt_hold_out_id_hold_out"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_attempt_hold_out_id"))
        batch_op.drop_column("hold_out_id")

    op.drop_table("hold_out")
