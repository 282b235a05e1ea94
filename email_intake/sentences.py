"""What a mail says first, by what it is about: an administrator's own sentence, else the shipped one."""

from collections.abc import Mapping

from firstline.i18n import lazy_gettext as _
from incidents.notices import Topic, letters

WITH_FIXES = _("We have your message as %(number)s. One of these known fixes may help at once.")
ADDED = _("%(name)s has added to %(number)s:")
SHIPPED: Mapping[str, object] = {
    Topic.ACKNOWLEDGED: _(
        "We have your message as %(number)s. It is with the service desk; you will hear from us."
    ),
    Topic.ANSWERED: _("%(name)s has answered you about %(number)s:"),
    Topic.WAITING: _("We need a word from you to go on with %(number)s:"),
    Topic.RESOLVED: _("%(number)s is solved, as far as we can see. Is it?"),
    Topic.CLOSING_SOON: _(
        "%(number)s is solved, as far as we can see, and closes on the next working day. "
        "Tell us if it is not."
    ),
    Topic.PROPOSED: _("%(name)s has found a solution for %(number)s, for you to apply:"),
    Topic.HINT: _("A word about your mail on %(number)s:"),
    Topic.VENDOR_ASKED: _("%(name)s asks for your help. Our reference is %(number)s."),
    Topic.INVITED: _("%(name)s asks you to look at %(number)s together:"),
    Topic.MENTIONED: _("%(name)s names you in a note on %(number)s:"),
    Topic.ASSIGNED: _("%(number)s is yours to take."),
    Topic.LEAD_CALLED: _("%(name)s calls you to %(number)s, as the lead:"),
    Topic.ACTION_DUE: _("This is still open from the review of %(number)s:"),
    Topic.CLOCK: _("The time for %(number)s runs out:"),
    Topic.PAGED: _("%(number)s needs somebody now. You are on call:"),
    Topic.REOPENED: _("%(number)s was opened again by the person who reported it."),
}


def sentence(topic: str, own: str, known: Mapping[str, str], *, has_fixes: bool = False) -> str:
    """The own sentence if there is one, else the shipped one for this topic; `known` as in `letters.PLACES`."""
    return letters.fill(own, known) if own else shipped(topic, known, has_fixes=has_fixes)


def shipped(topic: str, known: Mapping[str, str], *, has_fixes: bool = False) -> str:
    """Ours, in the language of whoever is served now."""
    words = WITH_FIXES if has_fixes and topic == Topic.ACKNOWLEDGED else SHIPPED.get(topic, ADDED)
    return str(words) % known
