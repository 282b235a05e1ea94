"""Which service needs which other."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from firstline.db import Model


class Dependency(Model):
    """`service_id` cannot work without `needs_id`: a fault there explains one here."""

    __tablename__ = "service_dependency"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    needs_id: Mapped[int] = mapped_column(
        ForeignKey("service.id", ondelete="CASCADE"), primary_key=True, index=True
    )
