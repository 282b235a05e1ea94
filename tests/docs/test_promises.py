"""The tables of the manual are those of the code."""

from pathlib import Path

from incidents.oncall.rule import RULE
from incidents.sla.agreements import ALWAYS, SHIPPED
from portal.admin.targets import write_span

DOCS = Path(__file__).parents[2] / "docs"


def test_what_wakes_stands_in_the_manual(app):
    page = (DOCS / "on-call.md").read_text()
    lines = [
        f"| {line.words} | logged{', wakes the handler on duty' if line.wakes else ''} |" for line in RULE
    ]
    assert "\n".join(lines) in page


def test_the_shipped_targets_stand_in_the_manual():
    page = (DOCS / "sla.md").read_text()
    for number, minutes in SHIPPED.items():
        hours = "round the clock" if number in ALWAYS else "working hours"
        assert f"| P{number} | {' | '.join(map(write_span, minutes))} | {hours} |" in page
