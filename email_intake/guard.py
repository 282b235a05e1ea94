"""Two decisions, kept apart: does this mail belong to the queue, and may we answer it by ourselves?"""

import re
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app

from email_intake import addresses
from email_intake.away import AWAY
from email_intake.headers import Address
from email_intake.parse import ParsedMail

MACHINE_SENDER = re.compile(
    r"\A(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounces?)(?:[+=-].*)?@", re.IGNORECASE
)
NO_REPLY = re.compile(
    r"\A(?:no|do-?not|dont)[-_.]?reply|\A(?:noreply|notifications?|alerts?|bounces?)\b", re.IGNORECASE
)
BOUNCED_SUBJECT = re.compile(
    r"\A(?:undeliver|delivery (?:status notification|failure|has failed|delayed)|returned mail|mail delivery (?:failed|failure|system)|"
    r"failure notice|unzustellbar|nicht zustellbar|mail system error|message undeliverable|warning: could not send)",
    re.IGNORECASE,
)
DMARC_SUBJECT = re.compile(r"\Areport domain:\s*\S+.*submitter:", re.IGNORECASE)
MARKERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-fc-machinegenerated",
    "x-mail-autoreply",
)
CHALLENGE_HEADERS = (
    "x-tmda-confirm",
    "x-boxtrapper",
    "x-spamarrest-challenge",
    "x-challenge",
    "x-captcha-challenge",
)
CHALLENGE = re.compile(
    r"\b(?:confirm|verify|prove)\b.{0,40}\b(?:you are (?:a )?(?:human|real)|your (?:e-?mail|message|address) (?:delivery|was)|not (?:a )?(?:robot|spam\w*))|"
    r"\b(?:please )?confirm (?:your )?(?:message|e-?mail) to\b|\bsender (?:verification|confirmation) (?:required|needed|request)|"
    r"\bconfirmation required to deliver|\bchallenge[- ]response\b",
    re.IGNORECASE,
)
LIST_HEADERS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere")
LIST_OWNER = re.compile(
    r"\A(?:owner-[^@]+|[^@]+-(?:owner|bounces?|request|admin)(?:[+=][^@]*)?)@", re.IGNORECASE
)
REMARK = re.compile(r'"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)')
DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*(?P<result>\w+)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*(?:\S*@)?([\w.-]+)", re.IGNORECASE)


class Nature(StrEnum):
    """What kind of message it is."""

    HUMAN = "human"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    NOISE = "noise"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What it is, whether an automatic answer is allowed, whether the sender is proven, and why.

    `looks_away`: its subject reads like an out-of-office answer that does not say what it is.
    """

    nature: Nature
    may_answer: bool = False
    is_verified: bool = False
    looks_away: bool = False
    reason: str = ""


def judge(mail: ParsedMail, *, envelope_from: str | None = None) -> Verdict:
    """Look at every sign of every kind; the first decisive one names the nature."""
    for look in (_is_our_own, _is_returned, _is_suspicious, _is_report, _is_bounce):
        verdict = look(mail, envelope_from)
        if verdict is not None:
            return verdict
    verified = is_verified(mail)
    reason = _automatic_sign(mail, envelope_from)
    if reason:
        return Verdict(nature=Nature.AUTOMATIC, is_verified=verified, reason=reason)
    noise = _noise(mail)
    if noise:
        return Verdict(nature=Nature.NOISE, reason=noise)
    return Verdict(
        nature=Nature.HUMAN,
        may_answer=_may_answer(mail, envelope_from),
        is_verified=verified,
        looks_away=AWAY.match(mail.subject) is not None,
    )


def is_verified(mail: ParsedMail) -> bool:
    """Whether our own mail server says that the sender's domain vouches for this (cases 13, 14)."""
    ours = current_app.config["SETTINGS"].authserv_id
    if not ours or mail.sender is None or mail.senders != 1 or not _is_plainly_from(mail, mail.sender):
        return False
    stamped = next(
        (one for one in mail.head.all("authentication-results") if one.split(";")[0].split()[:1] == [ours]),
        "",
    )
    return _vouches(stamped, mail.sender.address.rpartition("@")[2])


def _vouches(stamped: str, domain: str) -> bool:
    """Whether its one word on DMARC is a pass for this domain; names and remarks in it are the sender's own."""
    told = [DMARC.match(one) for one in REMARK.sub(" ", stamped).split(";")[1:]]
    results = [one for one in told if one is not None]
    if len(results) != 1 or results[0]["result"].lower() != "pass":
        return False
    header_from = HEADER_FROM.search(results[0]["rest"])
    return header_from is None or header_from[1].casefold() == domain.casefold()


def _is_plainly_from(mail: ParsedMail, sender: Address) -> bool:
    """Whether From names one address, as it is: else nobody knows whom the server vouched for."""
    named = mail.head.addresses("from")
    return len(named) == 1 and sender.address in mail.head.raw("from").casefold()


def is_null_path(mail: ParsedMail, envelope_from: str | None) -> bool:
    """Whether it came with the empty return path that only machines use."""
    if envelope_from is not None:
        return envelope_from.strip("<> ") == ""
    return mail.head.raw("return-path").strip() == "<>"


def _is_our_own(mail: ParsedMail, _envelope_from: str | None) -> Verdict | None:
    looped = addresses.loop_value() in mail.head.all(addresses.LOOP_HEADER.lower())
    if looped or addresses.read_notice_id(mail.message_id):
        return Verdict(nature=Nature.NOISE, reason="our own message came back")
    if mail.sender is not None and addresses.is_ours(mail.sender.address):
        return Verdict(nature=Nature.NOISE, reason=f"sent from our own address {mail.sender.address}")
    return None


def _is_returned(mail: ParsedMail, _envelope_from: str | None) -> Verdict | None:
    """A delivery report in due form, though many servers write it as nobody (case 2)."""
    is_one = mail.report_type == "delivery-status" and mail.senders <= 1
    return Verdict(nature=Nature.BOUNCE, reason="bounce") if is_one else None


def _is_suspicious(mail: ParsedMail, _envelope_from: str | None) -> Verdict | None:
    if mail.senders > 1:
        return Verdict(nature=Nature.SUSPICIOUS, reason="more than one From")
    if mail.sender is None:
        return Verdict(nature=Nature.SUSPICIOUS, reason="no sender")
    if mail.sender.address.partition("@")[0].strip('"<> ') == "":
        return Verdict(nature=Nature.SUSPICIOUS, reason="no usable sender address")
    if mail.head.token("x-spam-flag") == "yes":
        return Verdict(nature=Nature.SUSPICIOUS, reason="marked as spam by the mail server")
    return None


def _is_report(mail: ParsedMail, _envelope_from: str | None) -> Verdict | None:
    if mail.report_type == "disposition-notification":
        return Verdict(nature=Nature.NOISE, reason="read receipt")
    if mail.report_type == "feedback-report" or DMARC_SUBJECT.match(mail.subject):
        return Verdict(nature=Nature.NOISE, reason="mail authentication report")
    return None


def _is_bounce(mail: ParsedMail, envelope_from: str | None) -> Verdict | None:
    assert mail.sender is not None, "mail without a sender is suspicious"
    weak = [
        bool(MACHINE_SENDER.match(mail.sender.address)),
        bool(BOUNCED_SUBJECT.match(mail.subject)),
        bool(mail.head.raw("x-failed-recipients")),
        is_null_path(mail, envelope_from),
    ]
    if sum(weak) >= 2:
        return Verdict(nature=Nature.BOUNCE, reason="bounce")
    return None


def _automatic_sign(mail: ParsedMail, envelope_from: str | None) -> str:
    submitted = mail.head.token("auto-submitted")
    if submitted and submitted != "no":
        return f"automatic ({submitted[:40]})"
    marker = next((name for name in MARKERS if mail.head.raw(name).strip().lower() not in {"", "no"}), "")
    if marker:
        return f"automatic ({marker})"
    if "auto_reply" in _precedence(mail) or mail.head.token("preference") == "auto_reply":
        return "automatic (auto_reply)"
    if any(addresses.is_ours(one.address) for one in mail.head.addresses("x-loop")):
        return "automatic (loop header)"
    if any(
        value.strip().lower().partition("@")[0] == "autoresponder" for value in mail.head.all("delivered-to")
    ):
        return "automatic (autoresponder)"
    if any(mail.head.raw(name) for name in CHALLENGE_HEADERS) or CHALLENGE.search(mail.subject):
        return "automatic (asks us to prove that we are human)"
    if AWAY.match(mail.subject) and mail.head.raw("x-auto-response-suppress"):
        return "automatic (away)"
    if _precedence(mail) & {"bulk", "junk"} and not _is_by_a_list(mail):
        return "automatic (bulk)"
    return "automatic (empty return path)" if is_null_path(mail, envelope_from) else ""


def _is_by_a_list(mail: ParsedMail) -> bool:
    """Whether people write there: old lists call what they pass on bulk, and have no List-Id."""
    by_owner = any(LIST_OWNER.match(one.address) for one in mail.head.addresses("sender"))
    return by_owner or any(mail.head.raw(name) for name in LIST_HEADERS)


def _noise(mail: ParsedMail) -> str:
    """A blast to many; a list on which people talk has a posting address (case 50)."""
    blast = mail.head.raw("list-unsubscribe") and not mail.head.raw("list-post") and not mail.references
    if blast and (
        mail.head.raw("list-unsubscribe-post") or mail.head.raw("feedback-id") or not mail.head.raw("list-id")
    ):
        return "newsletter"
    return ""


def _may_answer(mail: ParsedMail, envelope_from: str | None) -> bool:
    assert mail.sender is not None, "mail without a sender is suspicious"
    suppressed = mail.head.raw("x-auto-response-suppress").lower()
    return not (
        _precedence(mail)
        or mail.head.raw("list-id")
        or mail.head.raw("x-loop")
        or any(word in suppressed for word in ("all", "autoreply", "oof"))
        or NO_REPLY.match(mail.sender.address)
        or MACHINE_SENDER.match(mail.sender.address)
        or is_null_path(mail, envelope_from)
        or AWAY.match(mail.subject)
        or not mail.sender.is_deliverable
        or mail.sender.address.endswith("@localhost")
    )


def _precedence(mail: ParsedMail) -> set[str]:
    known = {"bulk", "junk", "list", "auto_reply"}
    return {value.strip().lower() for value in mail.head.all("precedence")} & known
