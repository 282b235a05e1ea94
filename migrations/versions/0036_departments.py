"""departments

Revision ID: 0036
Revises: 0035
Create Date: 2026-11-25 20:40:12.032510
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("department", sa.String(length=80), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("department")
