"""A soak: mixed mails by SMTP and from a dovecot while everybody who handles them is killed at random.

Two workers compete, and are killed with -9 at random points; so is the intake, now and then. The
sender does as a relay does: what was not answered with 250 is sent again. At the end each mail must
have the outcome that `mail_made` says, and its words must stand once in the incident it belongs to.
"""

import imaplib
import os
import random
import re
import smtplib
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import mail_made
from tests import servers
from tests.email_intake.conftest import run_dovecot
from tests.stack import FIRSTLINE

MAILS = int(os.environ.get("SOAK_MAILS", "2000"))
WORKER_KILLS = int(os.environ.get("SOAK_KILLS", "100"))
INTAKE_KILLS = WORKER_KILLS // 10
WORKERS = 2
HELPDESK = "support@desk.example"
USER = "support"
MARKER = re.compile(r"soak-\d{5}-x")
SETTLED_WITHIN_S = 1800
AT_WORK = {"worker": "working", "intake": "taking mail"}
"""What the log of a process says once it has started: to kill it before proves little."""


@dataclass
class Victim:
    """A process that is started again each time it is killed; its log says when it is at work."""

    name: str
    environment: dict[str, str]
    lives_for: tuple[float, float]
    kills: int
    killed: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def haunt(self) -> None:
        """Start it, kill it after a random while of work, and so on; the last one lives until `stop`."""
        while not self.stop.is_set():
            with tempfile.NamedTemporaryFile() as log:
                process = subprocess.Popen(
                    [FIRSTLINE, self.name], env=self.environment, stdout=log, stderr=log
                )
                self._wait_for_work(process, Path(log.name))
                spared = self.killed >= self.kills
                self.stop.wait(None if spared else random.uniform(*self.lives_for))
                self.killed += not self.stop.is_set()
                process.kill()
                process.wait()

    def _wait_for_work(self, process: subprocess.Popen[bytes], log: Path) -> None:
        while not self.stop.is_set() and process.poll() is None:
            if AT_WORK[self.name] in log.read_text():
                return
            self.stop.wait(0.05)


def main() -> None:
    """Print what became of every mail."""
    with tempfile.TemporaryDirectory(prefix="firstline-soak-") as name, run_dovecot() as imap:
        environment = environment_in(Path(name), imap.port)
        subprocess.run([FIRSTLINE, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
        begun = time.monotonic()
        victims = soak(environment, imap.port)
        tell(environment, victims, time.monotonic() - begun)


def environment_in(folder: Path, imap_port: int) -> dict[str, str]:
    """Without the sentence model: a soak is about what is kept, not about what is found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
    return kept | {
        "FIRSTLINE_DATA_DIR": str(folder),
        "FIRSTLINE_MODEL_DIR": str(folder / "no-model"),
        "FIRSTLINE_MAIL_LISTEN": f"127.0.0.1:{servers.free_port()}",
        "FIRSTLINE_MAIL_RATE": "1000000",
        "FIRSTLINE_MAIL_FLOOD": "1000000",
        "FIRSTLINE_HELPDESK_ADDRESS": HELPDESK,
        "FIRSTLINE_IMAP_URL": f"imap://{USER}:pw@127.0.0.1:{imap_port}/INBOX",
    }


def soak(environment: dict[str, str], imap_port: int) -> list[Victim]:
    """Bring every mail while the killing goes on; returns the victims once nothing waits any more."""
    victims = [
        *(Victim("worker", environment, (0.0, 4.0), WORKER_KILLS // WORKERS) for _ in range(WORKERS)),
        Victim("intake", environment, (1.0, 12.0), INTAKE_KILLS),
    ]
    threads = [threading.Thread(target=victim.haunt) for victim in victims]
    senders = [
        threading.Thread(target=send_by_smtp, args=(range(0, MAILS, 2), environment)),
        threading.Thread(target=put_into_mailbox, args=(range(1, MAILS, 2), imap_port)),
    ]
    for thread in (*threads, *senders):
        thread.start()
    try:
        for sender in senders:
            sender.join()
        servers.wait_until(
            lambda: is_over(environment, victims), "the end of the soak", seconds=SETTLED_WITHIN_S
        )
    finally:
        for victim in victims:
            victim.stop.set()
        for thread in threads:
            thread.join()
    return victims


def send_by_smtp(numbers: range, environment: dict[str, str]) -> None:
    """As a relay: what was not answered with 250 is sent again, spread over the killing."""
    host, _colon, port = environment["FIRSTLINE_MAIL_LISTEN"].partition(":")
    for number in numbers:
        raw = mail_made.make(number, HELPDESK)
        while True:
            try:
                with smtplib.SMTP(host, int(port), timeout=20) as client:
                    client.sendmail("person@customer.example", [HELPDESK], raw)
                break
            except (OSError, smtplib.SMTPException):
                time.sleep(0.2)
        time.sleep(0.05)


def put_into_mailbox(numbers: range, imap_port: int) -> None:
    box = imaplib.IMAP4("127.0.0.1", imap_port)
    box.login(USER, "pw")
    for number in numbers:
        box.append("INBOX", "", "", mail_made.make(number, HELPDESK).replace(b"\n", b"\r\n"))
        time.sleep(0.05)
    box.logout()


def is_over(environment: dict[str, str], victims: list[Victim]) -> bool:
    if any(victim.killed < victim.kills for victim in victims):
        return False
    rows = ask(environment, "SELECT count(*), sum(outcome = 'waiting') FROM raw_message")
    owed = ask(environment, "SELECT count(*) FROM notice WHERE state IN ('due', 'sending')")
    return rows[0][0] >= MAILS and not rows[0][1] and not owed[0][0]


def tell(environment: dict[str, str], victims: list[Victim], took_s: float) -> None:
    faults = faults_of(environment)
    outcomes = dict(ask(environment, "SELECT outcome, count(*) FROM raw_message GROUP BY outcome"))
    routes = dict(ask(environment, "SELECT route, count(*) FROM raw_message GROUP BY route"))
    sorts = Counter(mail_made.sort_of(number).value for number in range(MAILS))
    notices = dict(ask(environment, "SELECT state, count(*) FROM notice GROUP BY state"))
    sent = Counter(row[0] for row in ask(environment, "SELECT message_id FROM local_mail"))
    workers, intake = sum(victim.killed for victim in victims[:-1]), victims[-1].killed
    print(
        f"\nSoak: {MAILS:,} mails by SMTP and IMAP, {workers} workers and {intake} intakes killed, {took_s:.0f} s"
    )
    print(f"sent {dict(sorts)}; rows by route {routes}; outcomes {outcomes}")
    print(f"not as expected: {len(faults)}; words lost or doubled: {len(misplaced(environment))}")
    for fault in faults[:20]:
        print(f"  {fault}")
    print(f"notices {notices}; delivered twice {sum(many > 1 for many in sent.values())}")


def faults_of(environment: dict[str, str]) -> list[str]:
    """The mails whose row is missing, says something else, or belongs to another incident than expected."""
    rows: defaultdict[str, list[tuple[object, object]]] = defaultdict(list)
    for message_id, outcome, incident in ask(
        environment, "SELECT message_id, outcome, incident_id FROM raw_message"
    ):
        rows[str(message_id)].append((outcome, incident))
    opened = {
        number: incident
        for number in range(MAILS)
        for outcome, incident in rows[_id_of(number)]
        if outcome == "opened"
    }
    faults = []
    wanted: defaultdict[str, list[tuple[object, object]]] = defaultdict(list)
    for number in range(MAILS):
        told = mail_made.expected(number)
        wanted[_id_of(number)].append((told.outcome, None if told.about is None else opened.get(told.about)))
    for message_id, expected in wanted.items():
        if sorted(map(str, expected)) != sorted(map(str, rows[message_id])):
            faults.append(f"{message_id}: expected {expected}, found {rows[message_id]}")
    return faults


def _id_of(number: int) -> str:
    is_copy = mail_made.sort_of(number) == mail_made.Sort.DOUBLE
    return f"soak-{mail_made.about(number) if is_copy else number}@customer.example"


def misplaced(environment: dict[str, str]) -> list[int]:
    """The reports and replies whose words do not stand exactly once where people read them."""
    told = ask(environment, "SELECT description FROM incident")
    said = ask(environment, "SELECT text FROM entry WHERE event = 'commented'")
    once = Counter(found for (text,) in (*told, *said) for found in set(MARKER.findall(str(text))))
    kept = {mail_made.Sort.REPORT, mail_made.Sort.REPLY}
    return [
        number
        for number in range(MAILS)
        if mail_made.sort_of(number) in kept and once[mail_made.marker(number)] != 1
    ]


def ask(environment: dict[str, str], question: str) -> list[tuple[object, ...]]:
    """A question to the database of that environment, past every layer of ours."""
    with sqlite3.connect(Path(environment["FIRSTLINE_DATA_DIR"]) / "firstline.db", timeout=30) as database:
        rows = database.execute(question).fetchall()
    database.close()
    return rows


if __name__ == "__main__":
    main()
