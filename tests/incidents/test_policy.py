"""Which role may do what, on own and on others' incidents: the table that the code must match."""

from pathlib import Path

import pytest

from incidents.intake import Report, report
from incidents.models import Channel
from incidents.people import Role
from incidents.policy import Action, may

REQUESTER = {"see", "comment", "tell_outcome", "confirm", "reopen", "cancel"}
SUPPORT = REQUESTER | {"see_internal", "note", "work"}
DRAFTER, QUEUE = {"draft_articles"}, {"see_queue", "log_for_others"}
AUTHOR, ALERTS, ADMIN = DRAFTER | {"write_articles"}, {"send_alerts"}, {"administer"}
LEAD = {"see_satisfaction", "plan_absences", "approve_remediations", "share_out"}

TABLE = {
    # role: (own incident, somebody else's, the desk)
    Role.CONTACT: (REQUESTER, set(), set()),
    Role.EMPLOYEE: (REQUESTER, set(), set()),
    Role.AUTHOR: (REQUESTER, set(), AUTHOR),
    Role.MONITOR: (REQUESTER, set(), ALERTS),
    Role.AGENT: (SUPPORT, SUPPORT, QUEUE | DRAFTER),
    Role.LEAD: (SUPPORT, SUPPORT, QUEUE | AUTHOR | LEAD),
    Role.ADMIN: (SUPPORT, SUPPORT, QUEUE | AUTHOR | LEAD | ALERTS | ADMIN),
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'firstline.db'}"


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_exactly_what_the_table_says(person, desk, role):
    one, other = person("one", role), person("other")
    own = report(Report(requester_id=one.id, description="mine", channel=Channel.PORTAL))
    foreign = report(Report(requester_id=other.id, description="theirs", channel=Channel.PORTAL))
    expected_own, expected_foreign, expected_desk = TABLE[role]
    assert {action for action in Action if may(one, action, own)} == expected_own
    assert {action for action in Action if may(one, action, foreign)} == expected_foreign
    assert {action for action in Action if may(one, action)} == expected_desk


@pytest.mark.parametrize("role", Role)
def test_the_document_tells_the_same(role):
    words = lambda actions: ", ".join(sorted(action.replace("_", " ") for action in actions)) or "nothing"  # noqa: E731
    row = "| " + " | ".join([role, *map(words, TABLE[role])]) + " |"
    assert row in DOCUMENT.read_text()
