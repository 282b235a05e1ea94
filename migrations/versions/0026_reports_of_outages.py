"""reports of outages

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-25 19:49:47.032510
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outage_report",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_outage_report_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outage.id"], name="fk_outage_report_outage_id_outage", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name="pk_outage_report"),
    )
    op.create_index("ix_outage_report_outage_id", "outage_report", ["outage_id"])


def downgrade() -> None:
    op.drop_index("ix_outage_report_outage_id", "outage_report")
    op.drop_table("outage_report")
