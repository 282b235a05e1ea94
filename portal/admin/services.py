"""Services, the teams that own them and the words by which triage knows them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import administration, services
from incidents.administration import ServiceFacts
from incidents.catalogue import dependencies
from incidents.errors import NotFound, Refused
from incidents.services import Service
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of


def index(service_id: int | None = None) -> str:
    return _page(service_id)


def save(service_id: int | None = None) -> ResponseReturnValue:
    try:
        service = administration.save_service(
            _facts(), by=person(), service_id=service_id, seen=overtaken.seen()
        )
    except Refused as refusal:
        return _page(service_id, refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=service.name), "success")
    return redirect(url_for("admin.services"), 303)


def _facts() -> ServiceFacts:
    fields = ("name", "description", "criticality", "team", "owner")
    return ServiceFacts(
        **{name: request.form.get(name, "") for name in fields},
        keywords=request.form.get("keywords", "").split(","),
        sites=request.form.get("sites", "").split(","),
        needs=request.form.getlist("needs"),
    )


def _page(service_id: int | None, refusal: Refused | None = None) -> str:
    known = services.list_services()
    chosen = next((service for service in known if service.id == service_id), None)
    if service_id is not None and chosen is None:
        raise NotFound(_("There is no such service."))
    return render_template(
        "admin/services.html",
        services=known,
        chosen=chosen,
        teams=administration.list_teams(),
        needs=_needs(chosen, refusal),
        typed=request.form if refusal else _form_of(chosen),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        **overtaken.state(chosen, _form_of(chosen), refusal),
    )


def _needs(chosen: Service | None, refusal: Refused | None) -> set[str]:
    if refusal is not None:
        return set(request.form.getlist("needs"))
    return {one.slug for one in dependencies.needed_by(chosen.id)} if chosen else set()


def _form_of(service: Service | None) -> dict[str, str]:
    if service is None:
        return {"criticality": "medium"}
    return {
        "name": service.name,
        "description": service.description,
        "criticality": service.criticality,
        "keywords": ", ".join(service.keywords),
        "sites": ", ".join(service.sites),
        "owner": service.owner.email if service.owner else "",
        "team": service.team.slug if service.team else "",
    }
