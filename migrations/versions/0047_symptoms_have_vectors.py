"""Symptoms have vectors of their own: articles that have some are embedded again, in the background."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until the worker is done, what is there goes on serving."""
    op.execute("UPDATE article SET indexed_revision = 0 WHERE symptoms <> ''")


def downgrade() -> None:
    """What was there before passes over the symptoms' vectors."""
