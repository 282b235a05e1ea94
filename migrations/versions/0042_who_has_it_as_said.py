"""who has it, as it was said

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("reach", sa.String(10), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "reach")
