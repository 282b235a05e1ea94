"""How often it came before: what a proposed problem is ranked by is kept with it."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

COUNTED = ("many", "minutes", "lately")


def upgrade() -> None:
    """The next look counts those that are there."""
    with op.batch_alter_table("problem_proposal") as batch:
        for name in COUNTED:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("before", sa.Integer(), nullable=True))
    with op.batch_alter_table("problem_proposal") as batch:
        for name in COUNTED:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("problem_proposal") as batch:
        for name in (*COUNTED, "before"):
            batch.drop_column(name)
