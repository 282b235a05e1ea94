"""who has it, as it was said

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("reach", sa.String(10), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "reach")
