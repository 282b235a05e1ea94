"""What a mail says first, by what it is about: an administrator's own sentence, else the shipped one."""

from firstline.i18n import gettext as _
from incidents.notices import Topic, letters


def sentence(
    topic: str, *, number: str, name: str, first_name: str, language: str, has_fixes: bool = False
) -> str:
    """The sentence for this topic in this language; `name` is who wrote or acted."""
    own = letters.own(topic, language)
    if own:
        return letters.fill(own, number=number, name=name, first_name=first_name)
    return shipped(topic, number=number, name=name, has_fixes=has_fixes)


def shipped(topic: str, *, number: str, name: str, has_fixes: bool = False) -> str:
    """Ours, in the language of whoever is served now."""
    match topic:
        case Topic.ACKNOWLEDGED if has_fixes:
            return _(
                "We have your message as %(number)s. One of these known fixes may help at once.",
                number=number,
            )
        case Topic.ACKNOWLEDGED:
            return _(
                "We have your message as %(number)s. It is with the service desk; you will hear from us.",
                number=number,
            )
        case Topic.ANSWERED:
            return _("%(name)s has answered you about %(number)s:", name=name, number=number)
        case Topic.WAITING:
            return _("We need a word from you to go on with %(number)s:", number=number)
        case Topic.RESOLVED:
            return _("%(number)s is solved, as far as we can see. Is it?", number=number)
        case Topic.CLOSING_SOON:
            return _(
                "%(number)s is solved, as far as we can see, and closes on the next working day. "
                "Tell us if it is not.",
                number=number,
            )
        case Topic.PROPOSED:
            return _(
                "%(name)s has found a solution for %(number)s, for you to apply:", name=name, number=number
            )
        case Topic.HINT:
            return _("A word about your mail on %(number)s:", number=number)
        case Topic.VENDOR_ASKED:
            return _("%(name)s asks for your help. Our reference is %(number)s.", name=name, number=number)
        case Topic.INVITED:
            return _("%(name)s asks you to look at %(number)s together:", name=name, number=number)
        case Topic.MENTIONED:
            return _("%(name)s names you in a note on %(number)s:", name=name, number=number)
        case Topic.ASSIGNED:
            return _("%(number)s is yours to take.", number=number)
        case Topic.LEAD_CALLED:
            return _("%(name)s calls you to %(number)s, as the lead:", name=name, number=number)
        case Topic.ACTION_DUE:
            return _("This is still open from the review of %(number)s:", number=number)
        case Topic.CLOCK:
            return _("The time for %(number)s runs out:", number=number)
        case Topic.PAGED:
            return _("%(number)s needs somebody now. You are on call:", number=number)
        case Topic.REOPENED:
            return _("%(number)s was opened again by the person who reported it.", number=number)
        case _:
            return _("%(name)s has added to %(number)s:", name=name, number=number)
