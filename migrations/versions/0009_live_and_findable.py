"""live and findable

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-25 16:40:00.000000
"""

import re
import unicodedata
from collections import defaultdict

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('in_progress', 'offered', 'queued', 'waiting')")
OF_OPEN = {"sqlite_where": OPEN, "postgresql_where": OPEN}
WORD = re.compile(r"[^\W_]+")
BATCH = 500


def upgrade() -> None:
    op.drop_index("ix_incident_queue", table_name="incident")
    op.create_index("ix_incident_open", "incident", ["priority", "due_at", "id"], **OF_OPEN)
    op.create_index(
        "ix_incident_open_team", "incident", ["team_id", "assignee_id", "priority", "due_at", "id"], **OF_OPEN
    )
    op.create_index(
        "ix_incident_open_assignee", "incident", ["assignee_id", "priority", "due_at", "id"], **OF_OPEN
    )
    op.create_index("ix_incident_state", "incident", ["state", "id"])
    op.create_table(
        "news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_news_incident_id_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_news_incident_id"), "news", ["incident_id"])
    op.create_index(op.f("ix_news_created_at"), "news", ["created_at"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_saved_view_owner_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index(op.f("ix_saved_view_owner_id"), "saved_view", ["owner_id"])
    _create_words()
    _fill_words()


def downgrade() -> None:
    op.drop_table("incident_words")
    op.drop_table("saved_view")
    op.drop_table("news")
    for name in ("state", "open_assignee", "open_team", "open"):
        op.drop_index(f"ix_incident_{name}", table_name="incident")
    op.create_index("ix_incident_queue", "incident", ["state", "priority", "due_at", "id"])


def _create_words() -> None:
    if _is_sqlite():
        op.execute(
            "CREATE VIRTUAL TABLE incident_words USING fts5(title, public, internal, tokenize='unicode61')"
        )
        return
    op.create_table(
        "incident_words",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident_id"),
    )
    op.create_index("ix_incident_words_words", "incident_words", ["words"], postgresql_using="gin")


def _fill_words() -> None:
    connection = op.get_bind()
    ids = connection.execute(sa.text("SELECT id FROM incident ORDER BY id")).scalars().all()
    for start in range(0, len(ids), BATCH):
        part = {"first": ids[start], "last": ids[min(start + BATCH, len(ids)) - 1]}
        said = defaultdict(list)
        entries = "SELECT incident_id, visibility, text FROM entry WHERE incident_id BETWEEN :first AND :last ORDER BY id"
        for incident_id, visibility, text in connection.execute(sa.text(entries), part):
            said[incident_id, visibility].append(text)
        incidents = "SELECT id, title, description FROM incident WHERE id BETWEEN :first AND :last"
        rows = [
            {
                "id": incident_id,
                "title": _plain(title),
                "public": _plain("\n".join([description, *said[incident_id, "public"]])),
                "internal": _plain("\n".join(said[incident_id, "internal"])),
            }
            for incident_id, title, description in connection.execute(sa.text(incidents), part)
        ]
        connection.execute(sa.text(INSERT_FTS if _is_sqlite() else INSERT_TSVECTOR), rows)


INSERT_FTS = (
    "INSERT INTO incident_words (rowid, title, public, internal) VALUES (:id, :title, :public, :internal)"
)
INSERT_TSVECTOR = (
    "INSERT INTO incident_words (incident_id, words) VALUES (:id,"
    " setweight(to_tsvector('simple', left(:title, 200000)), 'A')"
    " || setweight(to_tsvector('simple', left(:public, 200000)), 'B')"
    " || setweight(to_tsvector('simple', left(:internal, 100000)), 'C'))"
)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(word[:60] for word in WORD.findall(bare))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
