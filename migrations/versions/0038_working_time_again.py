"""Reckon the rows of the reports anew: what was closed the day it was resolved had lost working time

Revision ID: 0038
Revises: 0037
Create Date: 2026-11-25 20:50:00.000000
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The worker makes them again within a minute or so.
    op.execute("DELETE FROM report_fact")


def downgrade() -> None:
    """The rows are right whatever the schema."""
