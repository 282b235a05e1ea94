"""A notice in words: subject, sentence, fixes, buttons, in the recipient's language (look: text first)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import current_app
from jinja2 import Environment, FileSystemLoader, select_autoescape

from email_intake import addresses, alike, remedies, sentences, watched
from email_intake.headers import one_line
from firstline import signing
from firstline.i18n import DEFAULT_LANGUAGE, speaking
from firstline.i18n import gettext as _
from incidents import selfhelp
from incidents.models import Channel, Incident, State
from incidents.notices import Notice, Topic, letters
from incidents.resolutions.models import Score
from incidents.reviews import actions
from knowledge_base.ranking import MOST_FIXES

RATE, WAKE = "rate", "wake"
ANSWER = "answer"
"""The purpose under which the links of a mail are signed; the portal's answer page reads them."""

ASKS_WHETHER_SOLVED = frozenset({Topic.ACKNOWLEDGED, Topic.RESOLVED, Topic.CLOSING_SOON})
MOST_STEPS = 4
MOST_WORDS = 8000


@dataclass(frozen=True, kw_only=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class FixShown:
    title: str
    steps: tuple[str, ...]
    url: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything a mail says, before it becomes text and HTML."""

    subject: str
    title: str
    number: str
    language: str
    url: str
    greeting: str
    sentence: str
    how_to_answer: str
    who_we_are: str
    all_steps: str
    write_above: str
    marker: str
    words: str = ""
    can_do: str = ""
    remedies: tuple[Button, ...] = ()
    fixes: tuple[FixShown, ...] = ()
    buttons: tuple[Button, ...] = ()
    alike: str = ""
    alike_ways: tuple[Button, ...] = ()
    asks_rating: str = ""
    ratings: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """The two forms of a letter and its subject."""

    subject: str
    text: str
    html: str


def render(notice: Notice) -> Rendered:
    """The mail for this notice, in its recipient's language."""
    language = notice.recipient.language or DEFAULT_LANGUAGE
    with speaking(language):
        return written(compose(notice, language))


def written(letter: Letter) -> Rendered:
    """A letter in its two forms."""
    return Rendered(
        subject=letter.subject,
        text=environment().get_template("letter.txt").render(letter=letter),
        html=environment().get_template("letter.html").render(letter=letter),
    )


def compose(notice: Notice, language: str) -> Letter:
    """What the mail says."""
    incident = notice.incident
    own, known = letters.own(notice.topic, language), _known(notice)
    fixes = _fixes(incident) if notice.topic == Topic.ACKNOWLEDGED and incident.state == State.OFFERED else ()
    fault = alike.fault_of(notice)
    also = alike.of(notice, fault)
    return Letter(
        subject=_subject(incident, letters.fill(own.subject, known) or known["title"]),
        title=known["title"],
        number=incident.number,
        language=language,
        url=link(page_of(notice)),
        greeting=letters.fill(own.opening, known) or _("Hello %(name)s,", name=known["first_name"]),
        sentence=f"{_sentence(notice, own, known, has_fixes=bool(fixes))} {alike.known_fault(notice, fault)}".strip(),
        words=_words(notice),
        can_do=_("We can do this for you, with one click after you have signed in:"),
        remedies=tuple(Button(label=offer, url=link(page_of(notice))) for offer in remedies.of(notice)),
        fixes=fixes,
        buttons=_buttons(notice, has_fixes=bool(fixes)),
        alike=also.sentence if also else "",
        alike_ways=tuple(Button(label=label, url=link(path)) for label, path in also.ways) if also else (),
        asks_rating=_("How was our help? One click is enough:"),
        ratings=_ratings(notice),
        all_steps=_("All steps"),
        write_above=_("Write your answer above this line."),
        marker=addresses.marker(incident.id, notice.id),
        how_to_answer=_how_to_answer(notice),
        who_we_are=letters.fill(own.closing, known) or _("Your service desk"),
    )


def _subject(incident: Incident, words: str) -> str:
    """As shipped the same for every mail of an incident, so that mail programs keep them together.

    Whatever the desk says itself: one line, and the signed number stays.
    """
    prefix = "Re: " if incident.channel == Channel.MAIL else ""
    return f"{prefix}{one_line(words)} {addresses.subject_tag(incident)}"


def _known(notice: Notice) -> dict[str, str]:
    by = notice.entry.author if notice.entry is not None else None
    return {
        "number": notice.incident.number,
        "name": one_line(by.name if by is not None else _("the service desk")),
        "first_name": one_line(notice.recipient.first_name),
        "title": _topic_of(notice),
    }


def _topic_of(notice: Notice) -> str:
    """What it is about; a vendor reads only what the hand-over says."""
    if notice.topic == Topic.VENDOR_ASKED and notice.entry is not None:
        return one_line(str(notice.entry.facts.get("subject", "")))
    return one_line(notice.incident.title)


def _sentence(notice: Notice, own: letters.Words, known: dict[str, str], *, has_fixes: bool) -> str:
    if notice.topic == Topic.WATCHED:
        return watched.sentence(notice, known["name"])
    return sentences.sentence(notice.topic, own.text, known, has_fixes=has_fixes)


def _words(notice: Notice) -> str:
    if notice.topic == Topic.ACTION_DUE:
        return "\n".join(f"- {one.text}" for one in actions.waiting_for(notice.recipient, notice.incident))
    return notice.entry.text[:MOST_WORDS].strip() if notice.entry is not None else ""


def _buttons(notice: Notice, *, has_fixes: bool) -> tuple[Button, ...]:
    if notice.topic == Topic.VENDOR_ASKED:
        return ()
    if notice.topic == Topic.PAGED:
        return (Button(label=_("I have it"), url=link(f"/wake/{_wake_token(notice)}")), *_open(notice))
    if notice.recipient_id != notice.incident.requester_id:
        return _open(notice)
    solved, not_solved = _answer_link(notice, solved=True), _answer_link(notice, solved=False)
    if notice.topic in {Topic.RESOLVED, Topic.CLOSING_SOON}:
        return Button(label=_("Yes, it is solved"), url=solved), Button(
            label=_("No, open it again"), url=not_solved
        )
    if notice.topic == Topic.ACKNOWLEDGED and has_fixes:
        return Button(label=_("This solved it"), url=solved), Button(
            label=_("I still need help"), url=not_solved
        )
    return ()


def _open(notice: Notice) -> tuple[Button, ...]:
    page = link(page_of(notice))
    return (Button(label=_("Open %(number)s", number=notice.incident.number), url=page),)


def _wake_token(notice: Notice) -> str:
    """For whoever was called: acknowledges what calls for this incident, whichever step sent the mail."""
    return signing.sign(WAKE, {"incident": notice.incident_id, "person": notice.recipient_id})


def _how_to_answer(notice: Notice) -> str:
    if notice.topic == Topic.VENDOR_ASKED:
        return _("To answer, reply to this mail. Your words reach the one who asks.")
    if notice.recipient.is_support and notice.recipient_id != notice.incident.requester_id:
        return _how_support_answers()
    if notice.recipient_id == notice.incident.requester_id:
        return how_requesters_answer(notice.topic)
    return _("To add something, reply to this mail. What you write goes straight to the incident.")


def how_requesters_answer(topic: str) -> str:
    """That their own words are understood, where it is asked whether it is solved (`incidents.plain_words`)."""
    if topic in ASKS_WHETHER_SOLVED:
        return _(
            "You can simply reply to this mail, in your own words. Write “It works now”, and we take it as solved; "
            "“It did not help”, and whatever else you write, is read by a person."
        )
    return _("To add something, reply to this mail. What you write goes straight to the incident.")


def _how_support_answers() -> str:
    """As `correspondence.hear` takes it: an answer only where our own mail server vouches for the sender."""
    if current_app.config["SETTINGS"].authserv_id is None:
        return _("Open the incident to answer; what you reply to this mail is kept as an internal note.")
    return _(
        "Reply to this mail to answer the requester. If our mail server cannot tell that the reply is yours, "
        "it is kept as an internal note."
    )


def _answer_link(notice: Notice, *, solved: bool) -> str:
    said = {"incident": notice.incident_id, "person": notice.recipient_id, "solved": solved, "article": None}
    return link(f"/answer/{signing.sign(ANSWER, said)}")


def _ratings(notice: Notice) -> tuple[Button, ...]:
    """One link a score; the page behind it has the button, since mail scanners follow links."""
    if notice.topic != Topic.RESOLVED or notice.recipient_id != notice.incident.requester_id:
        return ()
    said = {"incident": notice.incident_id, "person": notice.recipient_id, "resolution": notice.entry_id}
    labels = {Score.GREAT: _("Great"), Score.OKAY: _("Okay"), Score.NOT_GOOD: _("Not good")}
    return tuple(
        Button(label=label, url=link(f"/answer/rate/{signing.sign(RATE, {**said, 'score': score})}"))
        for score, label in labels.items()
    )


def _fixes(incident: Incident) -> tuple[FixShown, ...]:
    return tuple(
        FixShown(title=fix.title, steps=fix.steps[:MOST_STEPS], url=link(f"/fixes/{fix.slug}"))
        for fix in selfhelp.fixes_of(incident.id)[:MOST_FIXES]
    )


def page_of(notice: Notice) -> str:
    """Where its recipient reads on."""
    number, person = notice.incident.number, notice.recipient
    if notice.topic == Topic.ACTION_DUE:
        return f"/reviews/{number}"
    if notice.incident.requester_id == person.id:
        return f"/incidents/{number}"
    return f"/desk/{number}" if person.is_support else "/"


def link(path: str) -> str:
    """The whole address of a page of ours."""
    return f"{current_app.config['SETTINGS'].base_url}{path}"


@cache
def environment() -> Environment:
    """Where the templates of mails are found."""
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=loader, autoescape=select_autoescape(["html"]), keep_trailing_newline=True)
