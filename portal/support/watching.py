"""Watching an incident, and whom one can name in a note."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import people, watching
from incidents.models import Incident
from portal.access import person
from portal.support.actions import do


def watch(number: str) -> ResponseReturnValue:
    """Follow it, or with `watch=no` follow it no longer."""

    def change(incident: Incident, _seen: int | None) -> None:
        if request.form.get("watch") == "no":
            watching.unwatch(incident.id, by=person())
            return
        watching.watch(incident.id, by=person())
        flash(_("You hear what happens here."), "success")

    return do(number, "watch", change)


def handles() -> ResponseReturnValue:
    """Everybody of support as one names them, for completing what follows an @."""
    return [
        {"handle": watching.handle_of(one), "name": one.name} for one in people.supporters() if one.active
    ]
