"""people in the chat

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 14:37:54.984833
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_chat_file_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turn.id"], name=op.f("fk_chat_file_turn_id_turn"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_file")),
    )
    with op.batch_alter_table("chat_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_file_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "turn_label",
        sa.Column("turn_id", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=40), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_turn_label_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turn.id"], name=op.f("fk_turn_label_turn_id_turn"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_turn_label")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("handed_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("agent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("person_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("person_typing_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("agent_seen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("agent_typing_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_conversation_handed_to_id"), ["handed_to_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_conversation_agent_id_person"), "person", ["agent_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_conversation_handed_to_id_incident"),
            "incident",
            ["handed_to_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("was_corrected", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_column("was_corrected")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_conversation_handed_to_id_incident"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_conversation_agent_id_person"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_conversation_handed_to_id"))
        batch_op.drop_column("agent_typing_at")
        batch_op.drop_column("agent_seen_at")
        batch_op.drop_column("person_typing_at")
        batch_op.drop_column("person_seen_at")
        batch_op.drop_column("agent_id")
        batch_op.drop_column("handed_to_id")
        batch_op.drop_column("handed_over_at")

    op.drop_table("turn_label")
    with op.batch_alter_table("chat_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chat_file_conversation_id"))

    op.drop_table("chat_file")
