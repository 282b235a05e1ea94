"""the newest vectors by an index

Revision ID: 0043
Revises: 0042
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_incident_vector_newest", "incident_vector", ["model", "incident_id"])


def downgrade() -> None:
    op.drop_index("ix_incident_vector_newest", table_name="incident_vector")
