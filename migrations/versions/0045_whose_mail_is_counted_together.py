"""whose mail is counted together

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NEW = {"person_key": 320, "domain": 253, "client": 64}


def upgrade() -> None:
    for name, length in NEW.items():
        op.add_column("raw_message", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.drop_index("ix_raw_message_sender", table_name="raw_message")
    op.create_index("ix_raw_message_person", "raw_message", ["person_key", "received_at"])
    op.execute("UPDATE raw_message SET person_key = lower(sender)")


def downgrade() -> None:
    op.drop_index("ix_raw_message_person", table_name="raw_message")
    op.create_index("ix_raw_message_sender", "raw_message", ["sender", "received_at"])
    with op.batch_alter_table("raw_message") as batch:
        for name in NEW:
            batch.drop_column(name)
