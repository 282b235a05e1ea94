"""The priority matrix, and from how many people on an incident concerns a team or many."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import matrix
from incidents.errors import Refused
from incidents.matrix import Cells
from incidents.models import Level
from incidents.overtaking import require_unchanged
from portal.access import person
from portal.admin import overtaken
from portal.display import LEVELS
from portal.errors import status_of


def show() -> str:
    return _page(matrix.cells(), {level: str(many) for level, many in matrix.bars().items()})


def save() -> ResponseReturnValue:
    """“Show the effect” stores nothing; “Save” puts it in force for what is classified from now on."""
    cells, people = (
        _cells(),
        {level: request.form.get(f"people-{level}", "") for level in matrix.SHIPPED_BARS},
    )
    try:
        many = {level: int(given) if given.isdecimal() else 0 for level, given in people.items()}
        matrix.check(cells, many)
        if "preview" in request.form:
            require_unchanged(matrix.standing(), overtaken.seen())
            return _page(cells, people, effect=matrix.effect_of(cells))
        matrix.save(cells, many, by=person(), seen=overtaken.seen())
    except Refused as refusal:
        return _page(cells, people, refusal=refusal), status_of(refusal)
    flash(_("The matrix is in force for everything that is classified from now on."), "success")
    return redirect(url_for("admin.matrix"), 303)


def _cells() -> Cells:
    return {cell: request.form.get("-".join(cell), 0, type=int) for cell in matrix.SHIPPED}


def _known() -> dict[str, str]:
    """What is in force, by the fields of the form."""
    of_people = {f"people-{level}": str(many) for level, many in matrix.bars().items()}
    return {"-".join(cell): str(priority) for cell, priority in matrix.cells().items()} | of_people


def _labels() -> dict[str, str]:
    cells = {
        f"{impact}-{urgency}": _(
            "Impact %(impact)s, urgency %(urgency)s", impact=LEVELS[impact], urgency=LEVELS[urgency]
        )
        for impact, urgency in matrix.SHIPPED
    }
    return cells | {
        f"people-{Level.MEDIUM}": _("People that count as a team, from"),
        f"people-{Level.HIGH}": _("People that count as many, from"),
    }


def _page(
    cells: Cells,
    people: dict[Level, str],
    *,
    effect: matrix.Effect | None = None,
    refusal: Refused | None = None,
) -> str:
    return render_template(
        "admin/matrix.html",
        levels=matrix.ordered(),
        cells=cells,
        people=people,
        effect=effect,
        **overtaken.state(matrix.standing(), _known(), refusal, _labels()),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )
