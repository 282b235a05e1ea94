"""Alerts: who is on duty, and whom we woke for what."""

from flask import render_template

from firstline.db import db
from incidents import administration, oncall
from incidents.people import Person, Team


def index() -> str:
    teams = [team for team in administration.list_teams() if not team.is_vendor]
    on_duty: list[tuple[Team, Person | None]] = [(team, oncall.on_duty(db.session(), team)) for team in teams]
    return render_template(
        "support/alerts.html", pages=oncall.recent_pages(), on_duty=on_duty, rule=oncall.RULE
    )
