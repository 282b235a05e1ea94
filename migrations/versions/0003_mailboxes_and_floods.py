"""mailboxes and floods

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 14:37:14.751582
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_taken",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("route", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "route", name=op.f("pk_mail_taken")),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    day = "(received_at AT TIME ZONE 'UTC')::date" if is_postgresql else "date(received_at)"
    op.execute(
        f"INSERT INTO mail_taken (day, route, count) SELECT {day}, route, count(*) FROM raw_message "  # noqa: S608
        f"GROUP BY {day}, route"
    )
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=16), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "topic", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "external_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_external_reference_incident_id_incident"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_reference")),
        sa.UniqueConstraint("domain", "number", name="uq_external_reference_domain"),
    )
    with op.batch_alter_table("external_reference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_external_reference_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "mail_flood",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_mail_flood_incident_id_incident"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_flood")),
    )
    with op.batch_alter_table("mail_flood", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_flood_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_flood_sender"), ["sender"], unique=False)

    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("host", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("port", sa.Integer(), nullable=False, server_default="993"))
        batch_op.add_column(sa.Column("username", sa.String(length=254), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("folder", sa.String(length=255), nullable=False, server_default="INBOX")
        )
        batch_op.add_column(sa.Column("security", sa.String(length=10), nullable=False, server_default="tls"))
        batch_op.add_column(
            sa.Column("login", sa.String(length=10), nullable=False, server_default="password")
        )
        batch_op.add_column(sa.Column("secret", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("move_to", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("service_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("start_at", sa.String(length=8), nullable=False, server_default="days"))
        batch_op.add_column(sa.Column("start_days", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("is_trusted", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("opens_own", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column("from_settings", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_mailbox_team_id_team"), "team", ["team_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_mailbox_service_id_service"),
            "service",
            ["service_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bounced_count", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("raw_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_raw_message_sender", ["sender", "received_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("raw_message", schema=None) as batch_op:
        batch_op.drop_index("ix_raw_message_sender")
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("bounced_count")

    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_mailbox_service_id_service"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_mailbox_team_id_team"), type_="foreignkey")
        batch_op.drop_column("from_settings")
        batch_op.drop_column("opens_own")
        batch_op.drop_column("is_trusted")
        batch_op.drop_column("is_active")
        batch_op.drop_column("start_days")
        batch_op.drop_column("start_at")
        batch_op.drop_column("service_id")
        batch_op.drop_column("team_id")
        batch_op.drop_column("move_to")
        batch_op.drop_column("secret")
        batch_op.drop_column("login")
        batch_op.drop_column("security")
        batch_op.drop_column("folder")
        batch_op.drop_column("username")
        batch_op.drop_column("port")
        batch_op.drop_column("host")
        batch_op.drop_column("address")

    with op.batch_alter_table("mail_flood", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_flood_sender"))
        batch_op.drop_index(batch_op.f("ix_mail_flood_incident_id"))

    op.drop_table("mail_flood")
    with op.batch_alter_table("external_reference", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_external_reference_incident_id"))

    op.drop_table("external_reference")
    op.drop_table("notice_choice")
    op.drop_table("mail_taken")
