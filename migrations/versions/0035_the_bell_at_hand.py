"""the bell at hand

Revision ID: 0035
Revises: 0034
Create Date: 2026-11-25 20:36:00.000000
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_web_notice_recipient", "web_notice")
    op.create_index("ix_web_notice_recipient", "web_notice", ["recipient_id", "id"])
    op.create_index("ix_web_notice_unread", "web_notice", ["recipient_id", "read_at"])


def downgrade() -> None:
    op.drop_index("ix_web_notice_unread", "web_notice")
    op.drop_index("ix_web_notice_recipient", "web_notice")
    op.create_index("ix_web_notice_recipient", "web_notice", ["recipient_id", "read_at", "id"])
