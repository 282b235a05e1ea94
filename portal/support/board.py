"""The board of a team, on which its lead gives work to people; and the day of one who works."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline import clock
from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents import administration, handovers, sla
from incidents.errors import Invalid, NotFound, Refused
from incidents.overview import board, day
from incidents.people import Team
from incidents.policy import Action, require
from portal.access import person

MOST_AT_ONCE = 50


def show() -> str:
    """`?team=` is the team; else one's own, else the first. `?back=` offers to undo what was just given."""
    loads = board.loads(person())
    teams = [team for team in administration.list_teams() if not team.is_vendor]
    team = _chosen(teams)
    shown = board.of_team(team, person())
    incidents = [one for column in shown.columns for one in column.incidents]
    return render_template(
        "support/board.html",
        teams=[(one, loads.get(one.id, board.Load())) for one in teams],
        board=shown,
        clocks=sla.readings([*incidents, *shown.ahead]),
        at=clock.now(),
        back=[one for one in request.args.getlist("back") if ":" in one],
    )


def give() -> ResponseReturnValue:
    """Give what was chosen to one person, or what was given back to those who had it."""
    require(person(), Action.SHARE_OUT)
    wanted = _wanted()
    done: list[str] = []
    for incident_id, address in wanted[:MOST_AT_ONCE]:
        try:
            done.append(f"{incident_id}:{handovers.give(incident_id, address, by=person())}")
        except Refused as refusal:
            flash(refusal.sentence, "error")
    if done:
        flash(ngettext("%(num)s incident given.", "%(num)s incidents given.", len(done)), "success")
    back = [] if "back" in request.form else done
    return redirect(url_for("support.board", team=request.form.get("team") or None, back=back), 303)


def my_day() -> str:
    """What the person before the page has to do, and what waits."""
    mine = day.of(person())
    shown = (mine.waiting_on_me, mine.to_take, mine.in_hand, mine.waiting_on_others, mine.due_next)
    incidents = {one.id: one for part in (*shown, mine.swarming, mine.watching) for one in part}
    return render_template("support/day.html", day=mine, clocks=sla.readings(incidents.values()))


def _chosen(teams: list[Team]) -> Team:
    given, me = request.args.get("team", ""), person()
    own = [team for team in teams if me in team.members or team.lead_id == me.id]
    found = next((team for team in teams if team.slug == given), None)
    if given and found is None:
        raise NotFound(_("There is no such team."))
    if found is None and not teams:
        raise NotFound(_("There is no team yet: an administrator makes them."))
    return found or (own or teams)[0]


def _wanted() -> list[tuple[int, str]]:
    """Pairs of an incident and the address that shall have it; empty is the queue."""
    form = request.form
    back = [one.partition(":") for one in form.getlist("back")]
    chosen = [(key, ":", form.get("to", "")) for key in form.getlist("incident")]
    pairs = [(int(key), to) for key, _colon, to in (*back, *chosen) if key.isdecimal() and len(key) < 10]
    if not pairs:
        raise Invalid(_("Choose at least one incident."))
    return pairs
