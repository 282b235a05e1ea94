"""the newest vectors by an index

Revision ID: 0044
Revises: 0043
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_incident_vector_newest", "incident_vector", ["model", "incident_id"])


def downgrade() -> None:
    op.drop_index("ix_incident_vector_newest", table_name="incident_vector")
