"""A mail about a made-up incident: how words read before they are kept."""

from email_intake import render, sentences
from firstline.i18n import gettext as _
from firstline.i18n import speaking
from incidents.notices import Topic, letters

NUMBER = "INC-000123"


def preview(topic: str, language: str, own: letters.Words) -> render.Rendered:
    """The mail in this language with these words of the desk's own."""
    with speaking(language):
        return render.written(_letter(topic, language, own))


def shipped(topic: str, language: str) -> letters.Words:
    """Ours in this language, with the places where names and numbers go."""
    with speaking(language):
        return letters.Words(
            subject="{{title}}",
            opening=_("Hello %(name)s,", name="{{first_name}}"),
            text=sentences.shipped(topic, {place: f"{{{{{place}}}}}" for place in letters.PLACES}),
            closing=_("Your service desk"),
        )


def _letter(topic: str, language: str, own: letters.Words) -> render.Letter:
    title = _("VPN drops every few minutes")
    known = {"number": NUMBER, "name": "Tess Lindqvist", "first_name": "Erin", "title": title}
    return render.Letter(
        subject=f"{letters.fill(own.subject, known) or title} [{NUMBER}]",
        title=title,
        number=NUMBER,
        language=language,
        url=render.link("/"),
        greeting=letters.fill(own.opening, known) or _("Hello %(name)s,", name=known["first_name"]),
        sentence=sentences.sentence(topic, own.text, known),
        words=_("What was written stands here.") if topic in {Topic.ANSWERED, Topic.WAITING} else "",
        all_steps=_("All steps"),
        write_above=_("Write your answer above this line."),
        marker="",
        how_to_answer=render.how_requesters_answer(topic),
        who_we_are=letters.fill(own.closing, known) or _("Your service desk"),
    )
