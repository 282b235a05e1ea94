"""open ones in order

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-25 17:44:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('in_progress', 'offered', 'queued', 'waiting')")
OVER = sa.text("state NOT IN ('in_progress', 'offered', 'queued', 'waiting')")
OF_OPEN = {"sqlite_where": OPEN, "postgresql_where": OPEN}
OF_OVER = {"sqlite_where": OVER, "postgresql_where": OVER}
TEAM = "ix_incident_open_team"


def upgrade() -> None:
    op.drop_index(TEAM, table_name="incident")
    op.create_index(TEAM, "incident", ["team_id", "priority", "due_at", "id", "assignee_id"], **OF_OPEN)
    op.drop_index("ix_incident_state", table_name="incident")
    op.create_index("ix_incident_over", "incident", ["state", "id"], **OF_OVER)
    op.drop_index("ix_incident_closes", table_name="incident")
    op.create_index("ix_incident_closes", "incident", ["closes_at", "state"])
    op.drop_index("ix_incident_team", table_name="incident")
    op.drop_index("ix_incident_assignee", table_name="incident")


def downgrade() -> None:
    op.create_index("ix_incident_assignee", "incident", ["assignee_id", "state"])
    op.create_index("ix_incident_team", "incident", ["team_id", "state"])
    op.drop_index("ix_incident_closes", table_name="incident")
    op.create_index("ix_incident_closes", "incident", ["state", "closes_at"])
    op.drop_index("ix_incident_over", table_name="incident")
    op.create_index("ix_incident_state", "incident", ["state", "id"])
    op.drop_index(TEAM, table_name="incident")
    op.create_index(TEAM, "incident", ["team_id", "assignee_id", "priority", "due_at", "id"], **OF_OPEN)
