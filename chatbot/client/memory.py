"""What a conversation remembers between two turns."""

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Question(StrEnum):
    """What we asked last; the next turn may answer it."""

    WHAT = "what"
    HELPED = "helped"
    STEP = "step"
    URGENCY = "urgency"
    IMPACT = "impact"
    INFORMATION = "information"
    REPORT = "report"
    OUTAGE = "outage"
    REASON = "reason"
    MEANT = "meant"
    WITHDRAW = "withdraw"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class Memory:
    """`incident` is the one spoken about; `draft` are words that may still become a report.

    `misses` counts turns in a row that we did not understand. `rated` is the incident of which we have
    asked already how bad it is: nobody is asked twice. `followed` is the article whose `step` (from 0) was
    shown last, `tried` are those that were followed and did not help. `outage` is the one of which we
    asked whether it is theirs; `others` are incidents logged in one breath with `incident` and not spoken
    about yet, `listed` those that were shown last, in that order, and `did` what was said of the one before;
    `reminded` that an open question was put a second time.
    """

    asked: Question | None = None
    incident: str | None = None
    draft: str | None = None
    misses: int = 0
    handed_over: str | None = None
    rated: str | None = None
    impact_told: bool = False
    followed: int | None = None
    step: int = 0
    tried: tuple[int, ...] = ()
    outage: int | None = None
    others: tuple[str, ...] = ()
    reminded: bool = False
    listed: tuple[str, ...] = ()
    did: str | None = None

    def but(self, **changes: Any) -> "Memory":
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> "Memory":
        """Reads what an older version wrote, too: what is unknown is left out."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in kept.items() if name in known}
        asked = given.get("asked")
        given["asked"] = Question(asked) if asked in set(Question) else None
        for several in ("tried", "others", "listed"):
            given[several] = tuple(given.get(several) or ())
        return cls(**given)
