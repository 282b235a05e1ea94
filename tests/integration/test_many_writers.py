"""Several processes write one SQLite file, as web, worker, intake and actions do."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from firstline.db import db, write
from incidents.models import Incident
from incidents.people import Person

PROCESSES = 4
SECONDS = 30

WRITER = """
import sys, time
from firstline.app import create_core
from incidents import MODELS, lifecycle
from incidents.conversation import say
from incidents.intake import Report, report
from incidents.models import Channel
from firstline.db import db

app, until, count = create_core(models=MODELS), time.monotonic() + float(sys.argv[2]), 0
with app.app_context():
    from incidents.people import Person
    while time.monotonic() < until:
        erin = db.session.get(Person, 1)
        key = f"{sys.argv[1]}-{count}"
        incident = report(Report(requester_id=1, description=key, channel=Channel.API, key=key))
        say(incident.id, by=erin, text="and it beeps", channel=Channel.API)
        db.session.remove()
        count += 1
print(count)
"""


def test_four_processes_write_for_half_a_minute_without_one_error(app, settings):
    with write() as session:
        session.add(Person(email="erin@example.com", name="Erin"))
    environment = os.environ | {
        "FIRSTLINE_DATA_DIR": str(settings.data_dir),
        "FIRSTLINE_DATABASE_URL": settings.database_url,
        "FIRSTLINE_SECRET_KEY": settings.secret_key,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, f"writer-{number}", str(SECONDS)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    results = [(*writer.communicate(timeout=SECONDS + 60), writer.returncode) for writer in writers]
    assert [code for _out, _error, code in results] == [0] * PROCESSES, results
    written = [int(out) for out, _error, _code in results]
    assert min(written) > 0
    assert db.session.scalar(select(func.count()).select_from(Incident)) == sum(written)
