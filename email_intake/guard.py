"""Two decisions, kept apart: does this mail belong to the queue, and may we answer it by ourselves?"""

from dataclasses import dataclass
from enum import StrEnum

from flask import current_app

from email_intake import addresses, calendars, quote
from email_intake.away import RECEIPT, says_away
from email_intake.headers import Address
from email_intake.parse import ParsedMail
from email_intake.recall import is_recall
from email_intake.signs import (
    BOUNCED_SUBJECT,
    BOUNCED_TEXT,
    BULK,
    CHALLENGE,
    CHALLENGE_HEADERS,
    DAEMON,
    DESK,
    DESK_HEADERS,
    DMARC,
    DMARC_SUBJECT,
    GOOGLE,
    HEADER_FROM,
    IN_BRACKETS,
    LIST_HEADERS,
    LIST_MACHINE,
    LIST_OWNER,
    MACHINE_SENDER,
    MARKERS,
    NO_REPLY,
    PRECEDENCE,
    REMARK,
    TYPED_IN,
)


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

    `looks_away`: its subject reads like an out-of-office answer or a receipt that does not say what it is.
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
        looks_away=_is_away(mail) or RECEIPT.match(mail.subject) is not None,
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
    said, named = mail.head.raw("from").casefold(), mail.head.addresses("from")
    others = {one for one in IN_BRACKETS.findall(said) if one.strip() != sender.address}
    return len(named) == 1 and sender.address in said and not others


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
    """A delivery report in due form, or by its subject where nobody has written it (case 2)."""
    is_one = mail.report_type == "delivery-status" and mail.senders <= 1
    is_one = is_one or (
        mail.sender is None and not mail.senders and BOUNCED_SUBJECT.match(mail.subject) is not None
    )
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
        bool(DAEMON.match(mail.sender.address)),
        bool(BOUNCED_SUBJECT.match(mail.subject)),
        bool(mail.head.raw("x-failed-recipients")),
        is_null_path(mail, envelope_from),
        bool(BOUNCED_TEXT.match(mail.text)) and not _is_typed_by_somebody(mail),
    ]
    if sum(weak) >= 2:
        return Verdict(nature=Nature.BOUNCE, reason="bounce")
    return None


def _automatic_sign(mail: ParsedMail, envelope_from: str | None) -> str:
    submitted = REMARK.sub("", mail.head.raw("auto-submitted")).partition(";")[0].strip().lower()
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
    if is_recall(mail.head, mail.text):
        return "automatic (recall of a mail)"
    if event := _event_only(mail):
        return f"automatic ({event})"
    if _is_away(mail) and mail.head.raw("x-auto-response-suppress"):
        return "automatic (away)"
    if _is_sent_in_bulk(mail) and not _is_by_a_list(mail):
        return "automatic (bulk)"
    is_from_nowhere = is_null_path(mail, envelope_from) and not _is_typed_by_somebody(mail)
    return "automatic (empty return path)" if is_from_nowhere else ""


def _event_only(mail: ParsedMail) -> str:
    """What it does with an invitation where nobody has added a word of their own, and empty for all other mail."""
    if mail.calendar is None or not mail.calendar.name:
        return ""
    by_google = any(GOOGLE.match(one.address) for one in mail.head.addresses("sender"))
    said_all = calendars.is_by_google_alone if by_google else calendars.is_all_said
    return mail.calendar.name if said_all(quote.split(mail.marked_text).new) else ""


def _is_typed_by_somebody(mail: ParsedMail) -> bool:
    """Whether a program that runs where a person sits has sent it: some ways here lose the return path."""
    program = f"{mail.head.raw('x-mailer')} {mail.head.raw('user-agent')}"
    return TYPED_IN.search(program) is not None and not _is_away(mail)


def _is_away(mail: ParsedMail) -> bool:
    return says_away(mail.subject, mail.sender.name if mail.sender else "")


def _is_sent_in_bulk(mail: ParsedMail) -> bool:
    """Whether its sender calls it bulk: some servers on the way do, of whatever they pass on."""
    if not _precedence(mail) & BULK:
        return False
    names = [name for name, _value in mail.head.fields]
    handed_on = max((at for at, name in enumerate(names) if name == "received"), default=-1)
    said = [
        value for at, (name, value) in enumerate(mail.head.fields) if at > handed_on and name in PRECEDENCE
    ]
    return any(value.strip().lower() in BULK for value in said)


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
        or _is_from_a_desk(mail)
        or any(word in suppressed for word in ("all", "autoreply", "oof"))
        or NO_REPLY.match(mail.sender.address)
        or MACHINE_SENDER.match(mail.sender.address)
        or LIST_MACHINE.match(mail.sender.address)
        or is_null_path(mail, envelope_from)
        or _is_away(mail)
        or not mail.sender.is_deliverable
        or mail.sender.address.endswith("@localhost")
    )


def _is_from_a_desk(mail: ParsedMail) -> bool:
    """Whether another ticket system wrote it: ours and it would confirm each other's confirmations (case 53)."""
    programs = f"{mail.head.raw('x-mailer')} {mail.head.raw('x-powered-by')}"
    return DESK.search(programs) is not None or any(mail.head.raw(name) for name in DESK_HEADERS)


def _precedence(mail: ParsedMail) -> set[str]:
    known = {"bulk", "junk", "list", "auto_reply"}
    said = [value for name in PRECEDENCE for value in mail.head.all(name)]
    return {value.strip().lower() for value in said} & known
