"""Monitoring: received alerts, groups, maintenance, signed sources

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-25 17:20:00.000000
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _key(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_key", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("began", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.alter_column("incident_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f("ix_alert_group_key"), ["group_key"])
    # Alerts from before were one incident each: each is its own group, and still resolves by itself.
    op.execute("UPDATE alert SET group_key = 'fingerprint:' || fingerprint")
    _create_received()
    _create_group()
    op.execute(
        "INSERT INTO alert_group (key, incident_id, opened_by_id) SELECT group_key, incident_id, 0 FROM alert"
    )
    _create_maintenance()
    _create_source()


def _create_received() -> None:
    op.create_table(
        "alert_received",
        _id(),
        _text("source", 60),
        sa.Column("by_id", sa.Integer(), nullable=False),
        _text("fingerprint", 64),
        _text("group_key", 200),
        _text("status", 10),
        _text("title", 200),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        _time("starts_at"),
        _time("received_at"),
        _text("outcome", 16),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        _key("alert_received", "by_id", "person"),
        _key("alert_received", "incident_id", "incident", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_received")),
    )
    op.create_index("ix_alert_received_outcome", "alert_received", ["outcome", "id"])
    for column in ("fingerprint", "incident_id", "received_at"):
        op.create_index(f"ix_alert_received_{column}", "alert_received", [column])


def _create_group() -> None:
    op.create_table(
        "alert_group",
        _text("key", 200),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        _time("resolve_at", nullable=True),
        _key("alert_group", "incident_id", "incident", "CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alert_group")),
    )
    for column in ("incident_id", "resolve_at"):
        op.create_index(f"ix_alert_group_{column}", "alert_group", [column])


def _create_maintenance() -> None:
    op.create_table(
        "maintenance",
        _id(),
        _text("reason", 200),
        sa.Column("service_id", sa.Integer(), nullable=True),
        _text("host", 120),
        _time("starts_at"),
        _time("ends_at"),
        sa.Column("by_id", sa.Integer(), nullable=False),
        _time("created_at"),
        _key("maintenance", "service_id", "service", "CASCADE"),
        _key("maintenance", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance")),
    )
    op.create_index("ix_maintenance_ends_at", "maintenance", ["ends_at"])


def _create_source() -> None:
    op.create_table(
        "alert_source",
        _id(),
        _text("slug", 60),
        _text("name", 120),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        _time("created_at"),
        _key("alert_source", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_source")),
        sa.UniqueConstraint("slug", name=op.f("uq_alert_source_slug")),
    )


def downgrade() -> None:
    for table in ("alert_source", "maintenance", "alert_group", "alert_received"):
        op.drop_table(table)
    op.execute("DELETE FROM alert WHERE incident_id IS NULL")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_group_key"))
        batch_op.alter_column("incident_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("began")
        batch_op.drop_column("group_key")
