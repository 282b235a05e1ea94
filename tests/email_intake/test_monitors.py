"""What monitors mail: the alarm and its end are about the same thing, and two troubles of a host are two."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from email_intake.monitoring import Alarm, read

MAILS = json.loads(Path(__file__).with_name("monitors.json").read_text())


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail["monitor"])
def test_alarm_and_recovery_are_about_the_same(mail):
    down, up = (read(SimpleNamespace(subject=mail[state], text=mail["text"])) for state in ("down", "up"))
    assert down == Alarm(mail["about"], is_over=False, severity=mail["severity"])
    assert up == Alarm(mail["about"], is_over=True, severity="")
