"""An alert storm over HTTP: 10,000 alerts of 40 causes, webhooks of 25 as Alertmanager groups them.

    python -m benchmarks alerts                the whole storm
    python -m benchmarks.alerts --alerts 2000  a smaller one

Says how long each webhook took, how many incidents came of it, whether a cause was missed, and whether all
were resolved on recovery.
"""

import http.client
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from tests import servers
from tests.stack import Stack, running

ALERTS, CAUSES, AT_ONCE = 10_000, 40, 25
SORTED_WITHIN_S = 600
MOST_MS = 100
MOST_INCIDENTS = 60


@dataclass(frozen=True)
class Sent:
    """Milliseconds that each webhook took, and how many were not taken."""

    times: Sequence[float]
    errors: int

    def part(self, share: float) -> float:
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]


def main(count: int = ALERTS) -> None:
    with running("web", "worker") as stack:
        token, desk = stack.token("monitor@example.com", "monitor"), stack.token("tess@example.com", "agent")
        began = datetime.now(UTC).isoformat()
        told = [_alert(number, began) for number in range(count)]
        for status in ("firing", "resolved"):
            sent = _send(stack, token, told, status)
            with stack.client(desk) as client:
                servers.wait_until(
                    lambda: _is_sorted(client, resolved=status == "resolved"),  # noqa: B023 - asked at once
                    f"all that was {status}",
                    seconds=SORTED_WITHIN_S,
                )
                _print(status, sent, _found(client), count)


def _print(status: str, sent: Sent, incidents: Sequence[dict[str, str]], count: int) -> None:
    slow = sum(1 for one in sent.times if one >= MOST_MS)
    causes = {one["title"].split(" on ")[0] for one in incidents}
    still = sum(1 for one in incidents if one["state"] not in {"resolved", "closed"})
    print(
        f"{status}: {len(sent.times)} webhooks of {count} alerts, p50 {sent.part(0.5):.1f} ms, "
        f"p95 {sent.part(0.95):.1f} ms, slowest {max(sent.times):.1f} ms, {slow} of {MOST_MS} ms or more, "
        f"{sent.errors} refused; {len(incidents)} incidents (at most {MOST_INCIDENTS}), "
        f"{len(causes)} of {CAUSES} causes, {still} open",
        flush=True,
    )


def _alert(number: int, began: str) -> dict[str, object]:
    cause, host = number % CAUSES, number // CAUSES
    labels = {
        "alertname": f"Cause{cause}",
        "service": f"service-{cause % 8}",
        "instance": f"host{host}:9100",
        "severity": ("critical", "error", "warning")[cause % 3],
    }
    return {
        "labels": labels,
        "annotations": {"summary": f"Cause{cause} on host{host}"},
        "startsAt": began,
        "fingerprint": f"storm-{number}",
    }


def _send(stack: Stack, token: str, told: Sequence[dict[str, object]], status: str) -> Sent:
    """One keep-alive connection, as a monitor has."""
    times, errors = [], 0
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    for start in range(0, len(told), AT_ONCE):
        alerts = [{**one, "status": status} for one in told[start : start + AT_ONCE]]
        body = json.dumps({"version": "4", "alerts": alerts})
        before = time.perf_counter()
        connection.request("POST", "/api/v1/alerts/alertmanager", body, headers)
        answer = connection.getresponse()
        answer.read()
        times.append(1000 * (time.perf_counter() - before))
        errors += answer.status >= 300
    return Sent(times, errors)


def _found(client: httpx.Client) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(
            "/api/v1/incidents", params={"q": "Cause", "cursor": cursor} if cursor else {"q": "Cause"}
        )
        found += page.raise_for_status().json()["incidents"]
        cursor = page.json()["next"]
    return [one for one in found if one["channel"] == "monitoring" and one["title"].startswith("Cause")]


def _is_sorted(client: httpx.Client, *, resolved: bool) -> bool:
    incidents = _found(client)
    causes = {one["title"].split(" on ")[0] for one in incidents}
    over = all(one["state"] in {"resolved", "closed"} for one in incidents)
    return len(causes) == CAUSES and (over or not resolved)


if __name__ == "__main__":
    main(int(sys.argv[sys.argv.index("--alerts") + 1]) if "--alerts" in sys.argv else ALERTS)
