"""shelves at hand

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 16:05:12.118301
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shelf = ["state", "audience", "category_slug", "helped_count"]
    op.create_index("ix_article_shelf", "article", shelf, unique=False)
    op.create_index("ix_article_updated_at", "article", ["state", "updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_article_updated_at", table_name="article")
    op.drop_index("ix_article_shelf", table_name="article")
