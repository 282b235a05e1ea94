"""What monitors sent and what became of it; maintenance windows; signed sources and their mapping."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import to_utc

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import services
from incidents.alerts import Outcome, figures, maintenance, mapping, sources
from incidents.alerts.maintenance import Window
from incidents.alerts.models import AlertSource
from incidents.alerts.signals import Signal
from incidents.alerts.sources import SourceFacts
from incidents.errors import Invalid, NotFound, Refused
from portal.access import person
from portal.errors import status_of

FIGURE_DAYS = 30
OUTCOMES = {
    Outcome.DUE: lazy_gettext("waits to be sorted"),
    Outcome.OPENED: lazy_gettext("opened an incident"),
    Outcome.JOINED: lazy_gettext("joined an incident"),
    Outcome.REPEATED: lazy_gettext("known already"),
    Outcome.RECOVERED: lazy_gettext("is over"),
    Outcome.FLAPPING: lazy_gettext("flaps, kept together"),
    Outcome.MAINTENANCE: lazy_gettext("expected: maintenance"),
    Outcome.OVER_ALREADY: lazy_gettext("was over already"),
    Outcome.NEVER_SEEN: lazy_gettext("end of what was never seen"),
    Outcome.REFUSED: lazy_gettext("refused"),
}
FIELDS = {
    "each": lazy_gettext("List of alerts (empty: the document is one)"),
    "title": lazy_gettext("Title"),
    "description": lazy_gettext("Description"),
    "id": lazy_gettext("What tells it from others"),
    "status": lazy_gettext("State (ok, resolved, closed … is over)"),
    "severity": lazy_gettext("Severity"),
    "service": lazy_gettext("Service"),
    "host": lazy_gettext("Host"),
    "since": lazy_gettext("Since"),
}


@dataclass(frozen=True)
class Trial:
    """What a pasted sample would become."""

    sample: str = ""
    signals: tuple[Signal, ...] = ()


def index() -> str:
    wanted = request.args.get("outcome", "")
    return render_template(
        "admin/alerts.html",
        noise=figures.noise_since(clock.now() - timedelta(days=FIGURE_DAYS)),
        days=FIGURE_DAYS,
        rows=figures.lately(outcome=wanted if wanted in OUTCOMES else ""),
        words=OUTCOMES,
        wanted=wanted,
    )


def windows(refusal: Refused | None = None) -> str:
    return render_template(
        "admin/maintenance.html",
        windows=maintenance.lately(),
        services=services.list_services(),
        typed=request.form,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def plan() -> ResponseReturnValue:
    form = request.form
    try:
        window = Window(
            reason=form.get("reason", ""),
            service=form.get("service", ""),
            host=form.get("host", ""),
            starts_at=_moment("starts_at") or clock.now(),
            ends_at=_moment("ends_at") or clock.now(),
        )
        maintenance.plan(window, by=person())
    except Refused as refusal:
        return windows(refusal), status_of(refusal)
    flash(_("Planned. Alerts of it open nothing in this time."), "success")
    return redirect(url_for("admin.maintenance"), 303)


def end_window(window_id: int) -> ResponseReturnValue:
    maintenance.end(window_id, by=person())
    flash(_("Ended. What fires now counts."), "success")
    return redirect(url_for("admin.maintenance"), 303)


def show_sources(source_id: int | None = None) -> str:
    return _sources(source_id)


def save_source(source_id: int | None = None) -> ResponseReturnValue:
    try:
        if request.form.get("do") == "try":
            return _sources(source_id, trial=_try())
        source = sources.save(_facts(), by=person(), source_id=source_id)
    except Refused as refusal:
        trial = Trial(request.form.get("sample", ""))
        return _sources(source_id, refusal=refusal, trial=trial), status_of(refusal)
    flash(_("%(name)s is saved.", name=source.name), "success")
    return redirect(url_for("admin.sources"), 303)


def _try() -> Trial:
    sample = request.form.get("sample", "")
    paths = mapping.check(_paths())
    return Trial(sample, tuple(mapping.apply(paths, mapping.read(sample), source="sample")))


def _facts() -> SourceFacts:
    form = request.form
    return SourceFacts(
        name=form.get("name", ""),
        slug=form.get("slug", ""),
        secret=form.get("secret", ""),
        mapping=_paths(),
        is_active="is_active" in form,
    )


def _paths() -> dict[str, str]:
    return {name: request.form.get(f"path-{name}", "") for name in FIELDS}


def _sources(source_id: int | None, *, refusal: Refused | None = None, trial: Trial | None = None) -> str:
    known = sources.every()
    chosen = next((source for source in known if source.id == source_id), None)
    if source_id is not None and chosen is None:
        raise NotFound(_("There is no such source any more."))
    return render_template(
        "admin/sources.html",
        sources=known,
        chosen=chosen,
        fields=FIELDS,
        trial=trial,
        typed=request.form if refusal or trial else _form_of(chosen),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _form_of(source: AlertSource | None) -> dict[str, str]:
    if source is None:
        return {"is_active": "1", "path-title": "title", "path-status": "status"}
    paths = {f"path-{name}": path for name, path in source.mapping.items()}
    is_active = {"is_active": "1"} if source.is_active else {}
    return {"name": source.name, "slug": source.slug, **paths, **is_active}


def _moment(field: str) -> datetime | None:
    """A time as the browser's field writes it, in the person's zone."""
    given = request.form.get(field, "").strip()
    try:
        in_utc: datetime | None = (
            to_utc(datetime.fromisoformat(given).replace(tzinfo=None)) if given else None
        )
    except ValueError as error:
        raise Invalid(_("Write the time as 2026-11-23 14:30."), field=field) from error
    return in_utc.replace(tzinfo=UTC) if in_utc else None
