"""the desk's own subject, opening and closing of its mails

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

PARTS = ("subject", "opening", "closing")


def upgrade() -> None:
    with op.batch_alter_table("letter_text") as table:
        for part in PARTS:
            table.add_column(sa.Column(part, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("letter_text") as table:
        for part in reversed(PARTS):
            table.drop_column(part)
