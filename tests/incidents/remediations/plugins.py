"""Plugins as somebody may install them."""

from incidents.remediations.actions import Answer, Order
from incidents.remediations.models import Result


def works(order: Order) -> Answer:
    return Answer(Result.DONE, f"{order.target} is repaired")


def breaks(order: Order) -> Answer:
    raise OSError("half of it is done")


def mumbles(order: Order) -> str:
    return "ok"
