"""The letter says that a plain reply is understood, and such a reply is, however a mail program quotes the letter."""

import html
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from email_intake import addresses, quote, render
from email_intake.models import Outcome
from firstline.db import db, write
from firstline.i18n import speaking
from incidents.models import State
from incidents.notices import Notice, Topic
from incidents.people import find_by_address
from incidents.plain_words import Verdict, verdict_of
from incidents.selfhelp import offer_fixes
from tests.email_intake.test_pipeline import mail

DESK = "Service Desk <helpdesk@example.com>"
SAYS = {
    "en": ["It works now.", "It did not help.", "Which article do you mean?"],
    "de": ["Es funktioniert jetzt, danke!", "Es hat leider nicht geholfen.", "Welchen Artikel meinen Sie?"],
}


def prefixed(text):
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def gmail(words, letter, language):
    wrote = {
        "en": f"On Mon, Nov 2, 2026 at 9:14 AM {DESK} wrote:",
        "de": f"Am Mo., 2. Nov. 2026 um 09:14 Uhr schrieb {DESK}:",
    }[language]
    return (
        f"{words}\n\n{wrote}\n\n{prefixed(letter.text)}\n",
        f'<div dir="ltr">{words}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
        f'{html.escape(wrote)}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{letter.html}</blockquote></div>',
    )


def outlook(words, letter, language):
    labels = {
        "en": "From: {}\nSent: Monday, November 2, 2026 9:14 AM\nTo: Erin Example <erin@example.com>\nSubject: {}",
        "de": "Von: {}\nGesendet: Montag, 2. November 2026 09:14\nAn: Erin Example <erin@example.com>\nBetreff: {}",
    }[language].format(DESK, letter.subject)
    bye = {"en": "Kind regards", "de": "Mit freundlichen Grüßen"}[language]
    lines = html.escape(labels).replace("\n", "<br>")
    return (
        f"{words}\n\n{bye}\nErin Example\n\n{labels}\n\n{letter.text}\n",
        f'<div class="WordSection1"><p class="MsoNormal">{words}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        f'<p class="MsoNormal">{bye}<br>Erin Example</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{lines}</p></div></div>{letter.html}</div>',
    )


def apple(words, letter, language):
    phone, wrote = {
        "en": ("Sent from my iPhone", f"On 2 Nov 2026, at 09:14, {DESK} wrote:"),
        "de": ("Von meinem iPhone gesendet", f"Am 02.11.2026 um 09:14 schrieb {DESK}:"),
    }[language]
    return (
        f"{words}\n\n{phone}\n\n> {wrote}\n> \n> \ufeff{prefixed(letter.text)[2:]}\n",
        f'{words}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">{phone}</div><div dir="ltr"><br><blockquote type="cite">'
        f'{html.escape(wrote)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">\ufeff{letter.html}</div></blockquote>',
    )


@pytest.mark.parametrize("form", ["text", "html", "both"])
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("program", [gmail, outlook, apple])
def test_a_reply_in_own_words_is_understood_below_every_quote(program, language, form, take):
    for number, (says, state) in enumerate(
        zip(SAYS[language], [State.RESOLVED, State.QUEUED, State.OFFERED], strict=True)
    ):
        incident_id, letter = acknowledged(take, language, number)
        text, page = program(says, letter, language)
        row = take(answer(incident_id, number, text=text, page=page, form=form))
        assert (row.outcome, row.incident_id) == (Outcome.APPENDED, incident_id), row.reason
        told = [entry.text for entry in row.incident.entries if entry.text.startswith(says[:20])]
        assert len(told) == 1 and "[ref:" not in told[0] and "https" not in told[0]
        assert row.incident.state == state, (says, told)


def acknowledged(take, language, number):
    """An incident that waits for what its requester says of fixes, and the letter they got."""
    opened = take(mail(f"Trouble {number} with the VPN", slug=f"first{number}", subject=f"VPN {number}"))
    with write() as session:
        notice = session.scalars(select(Notice).where(Notice.incident_id == opened.incident_id)).first()
        notice.recipient.language = language
        notice.incident.state, notice_id = State.OFFERED, notice.id
    return opened.incident_id, render.render(db.session.get_one(Notice, notice_id))


def answer(incident_id, number, *, text, page, form):
    person = find_by_address("erin@example.com")
    message = EmailMessage()
    message["From"] = "Erin Example <erin@example.com>"
    message["To"] = addresses.reply_address(incident_id, person.id)
    message["Subject"] = f"Re: VPN {number}"
    message["Message-ID"] = f"<answer{number}@example.com>"
    if form != "html":
        message.set_content(text)
        if form == "both":
            message.add_alternative(f"<html><body>{page}</body></html>", subtype="html")
    else:
        message.set_content(f"<html><body>{page}</body></html>", subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("language", "solved", "not_solved"),
    [("en", "It works now", "It did not help"), ("de", "Es funktioniert jetzt", "Es hat nicht geholfen")],
)
def test_the_letter_names_words_that_are_understood(language, solved, not_solved, take):
    offered = take(mail())
    offer_fixes(offered.incident_id)
    (notice,) = db.session.scalars(select(Notice))
    notice.recipient.language = language
    letter = render.render(notice)
    for words in (solved, not_solved):
        assert words in letter.text and words in letter.html
    assert (verdict_of(solved), verdict_of(not_solved)) == (Verdict.SOLVED, Verdict.NOT_SOLVED)


def test_the_letter_whole_as_an_answer_says_nothing(app):
    with speaking("en"):
        words = render.how_requesters_answer(Topic.ACKNOWLEDGED)
    assert verdict_of(words) is None
    assert quote.split(words).new == words
