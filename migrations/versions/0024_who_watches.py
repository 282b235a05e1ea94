"""who watches

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-25 19:37:54.863587
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watcher",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_watcher_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_watcher_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "person_id", name="pk_watcher"),
    )
    op.create_index("ix_watcher_person_id", "watcher", ["person_id"])


def downgrade() -> None:
    op.drop_index("ix_watcher_person_id", "watcher")
    op.drop_table("watcher")
