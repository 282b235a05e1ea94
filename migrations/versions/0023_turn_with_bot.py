"""turn with bot

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-25 19:20:52
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turn", sa.Column("with_bot_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("turn", "with_bot_until")
