"""notices one wants

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-25 19:55:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_web_notice_incident_id_incident", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name="fk_web_notice_recipient_id_person", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name="fk_web_notice_entry_id_entry", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_web_notice"),
    )
    op.create_index("ix_web_notice_incident_id", "web_notice", ["incident_id"])
    op.create_index("ix_web_notice_created_at", "web_notice", ["created_at"])
    op.create_index("ix_web_notice_recipient", "web_notice", ["recipient_id", "read_at", "id"])
    op.create_table(
        "notice_times",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=False),
        sa.Column("quiet_until", sa.String(length=5), nullable=False),
        sa.Column("quiet_weekends", sa.Boolean(), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_times_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name="pk_notice_times"),
    )
    op.create_table(
        "notice_wish",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("wish", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_wish_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "topic", "way", name="pk_notice_wish"),
    )
    op.execute(
        "INSERT INTO notice_wish (person_id, topic, way, wish) SELECT person_id, topic, 'mail',"
        " CASE WHEN is_wanted THEN 'now' ELSE 'never' END FROM notice_choice"
    )
    op.drop_table("notice_choice")
    with op.batch_alter_table("notice") as batch:
        batch.add_column(sa.Column("in_digest", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notice") as batch:
        batch.alter_column("in_digest", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("notice") as batch:
        batch.drop_column("in_digest")
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_notice_choice_person_id_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "topic", name="pk_notice_choice"),
    )
    op.execute(
        "INSERT INTO notice_choice (person_id, topic, is_wanted)"
        " SELECT person_id, topic, wish <> 'never' FROM notice_wish WHERE way = 'mail'"
    )
    op.drop_table("notice_wish")
    op.drop_table("notice_times")
    op.drop_index("ix_web_notice_recipient", "web_notice")
    op.drop_index("ix_web_notice_created_at", "web_notice")
    op.drop_index("ix_web_notice_incident_id", "web_notice")
    op.drop_table("web_notice")
