"""What a timeline entry says to support, in one sentence."""

from collections.abc import Callable, Sequence

from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.models import Channel, Entry, Event, Kind, Resolution
from incidents.reach import Reach
from incidents.resolutions.models import Score
from knowledge_base.models import Category
from portal.display import LEVELS, REACHES, SCORES, percent_sure
from portal.support import joining, remedies

KINDS = {
    Kind.INCIDENT: lazy_gettext("Incident"),
    Kind.REQUEST: lazy_gettext("Request"),
    Kind.SECURITY: lazy_gettext("Security"),
    Kind.MAJOR: lazy_gettext("Major incident candidate"),
}


def category_names(categories: Sequence[Category]) -> dict[str, str]:
    """Both levels of each: “Network & VPN › VPN”."""
    names = {category.slug: category.name for category in categories}
    return {
        one.slug: f"{names[one.parent_slug]} › {one.name}" if one.parent_slug in names else one.name
        for one in categories
    }


def _category_name(slug: str) -> str:
    """A page has read them all before; what is gone keeps its key."""
    known = db.session.get(Category, slug)
    return known.name if known else slug


def sentence(entry: Entry) -> str:
    """Who did what; the entry's own text is shown below it."""
    return SENTENCES[Event(entry.event)](entry)


def resolution_words(resolution: str) -> str:
    """Who or what resolved it."""
    return {
        Resolution.AUTOMATIC: _("an automatic remedy"),
        Resolution.SELF_SERVICE: _("a known fix, by themselves"),
        Resolution.SUPPORT: _("support"),
        Resolution.HIGHER_TIER: _("a higher tier"),
        Resolution.VENDOR: _("a vendor"),
    }[Resolution(resolution)]


def _who(entry: Entry) -> str:
    return entry.author.name if entry.author else _("The desk")


def _fact(entry: Entry, name: str) -> str:
    return str(entry.facts.get(name, ""))


def _by_channel(entry: Entry) -> str:
    """Within a sentence, where only some languages write nouns small."""
    words = {
        Channel.PORTAL: _("portal"),
        Channel.CHAT: _("chat"),
        Channel.MAIL: _("mail"),
        Channel.PHONE: _("phone"),
        Channel.WALK_UP: _("walk-up"),
        Channel.API: _("interface"),
    }
    return words.get(Channel(entry.channel), "") if entry.channel in set(Channel) else ""


def _reported(entry: Entry) -> str:
    incident = entry.incident
    if entry.author_id != incident.requester_id:
        return _("%(name)s logged this for %(who)s", name=_who(entry), who=incident.requester.name)
    if entry.channel == Channel.MONITORING:
        return _("%(name)s raised this", name=_who(entry))
    return _("%(name)s reported this by %(channel)s", name=_who(entry), channel=_by_channel(entry))


def _classified(entry: Entry) -> str:
    changed = entry.facts.get("changed")
    if isinstance(changed, dict):
        parts = ", ".join(
            _(
                "%(fact)s from %(was)s to %(now)s",
                fact=_label(fact),
                was=_value(fact, was),
                now=_value(fact, now),
            )
            for fact, (was, now) in changed.items()
        )
        return _("%(name)s corrected the %(parts)s", name=_who(entry), parts=parts)
    if "confidence" in entry.facts:
        return _filed(entry)
    because = entry.facts.get("because")
    words = ", ".join(map(str, because)) if isinstance(because, list) else ""
    first = _(
        "Filed under %(category)s as P%(n)s",
        category=_category_name(_fact(entry, "category")),
        n=_fact(entry, "priority"),
    )
    said = _fact(entry, "reach")
    who = _(". Who else has it: “%(reach)s”", reach=REACHES[Reach(said)]) if said in set(Reach) else ""
    return f"{first} ({words}){who}" if words else f"{first}{who}"


def _filed(entry: Entry) -> str:
    """What the model that learned from the desk made of it."""
    percent = percent_sure(float(str(entry.facts["confidence"])))
    if not entry.facts.get("is_sure"):
        return _("Not filed: the likeliest category is only %(n)s%% sure", n=percent)
    because = entry.facts.get("because")
    words = ", ".join(map(str, because)) if isinstance(because, list) and because else _("the meaning")
    category = _category_name(_fact(entry, "category"))
    return _("Filed under %(category)s, %(n)s%% sure (%(words)s)", category=category, n=percent, words=words)


def _label(fact: str) -> str:
    return {
        "category": _("category"),
        "kind": _("type"),
        "reach": _("who has it"),
        "impact": _("impact"),
        "urgency": _("urgency"),
        "service": _("service"),
        "priority": _("priority"),
    }.get(fact, fact)


def _value(fact: str, value: object) -> str:
    if fact == "category" and value:
        return _category_name(str(value))
    if isinstance(value, int):
        return f"P{value}"
    words = {**LEVELS, **REACHES}
    return str(words.get(value, value)).lower() if value else _("none")  # type: ignore[call-overload]


def _offered(entry: Entry) -> str:
    titles = entry.facts.get("articles")
    words = ", ".join(map(str, titles)) if isinstance(titles, list) else ""
    return _("Offered: %(titles)s", titles=words)


def _routed(entry: Entry) -> str:
    return _("Routed to %(team)s", team=_fact(entry, "team"))


def _escalated(entry: Entry) -> str:
    left = _fact(entry, "from")
    to = _fact(entry, "to")
    if left:
        return _("%(name)s handed it from %(left)s to %(to)s", name=_who(entry), left=left, to=to)
    return _("%(name)s handed it to %(to)s", name=_who(entry), to=to)


def _assigned(entry: Entry) -> str:
    to = _fact(entry, "to")
    if to and entry.author:
        return _("%(name)s gave it to %(to)s", name=_who(entry), to=to)
    if to:
        return _("Given to %(name)s", name=to)
    return _("Given to nobody of %(team)s", team=_fact(entry, "team"))


def _lead_called(entry: Entry) -> str:
    leads = entry.facts.get("leads")
    names = ", ".join(map(str, leads)) if isinstance(leads, list) and leads else _("a lead")
    return _("%(name)s called %(leads)s", name=_who(entry), leads=names)


def _vendor_asked(entry: Entry) -> str:
    vendor, subject = _fact(entry, "vendor"), _fact(entry, "subject")
    return _("%(name)s asked %(vendor)s: “%(subject)s”", name=_who(entry), vendor=vendor, subject=subject)


def _vendor_answered(entry: Entry) -> str:
    if entry.facts.get("unverified"):
        return _(
            "%(name)s wrote as %(vendor)s, without proof", name=_who(entry), vendor=_fact(entry, "vendor")
        )
    return _("%(vendor)s answered", vendor=_fact(entry, "vendor"))


def _noted(entry: Entry) -> str:
    if "swarm" in entry.facts:
        return _("%(name)s noted for the swarm", name=_who(entry))
    return _("%(name)s noted", name=_who(entry))


def _swarmed(entry: Entry) -> str:
    invited = entry.facts.get("invited")
    names = ", ".join(map(str, invited)) if isinstance(invited, list) else ""
    contributed = entry.facts.get("contributed")
    helpers = (
        ", ".join(map(str, contributed)) if isinstance(contributed, list) and contributed else _("nobody")
    )
    return {
        "started": _("%(name)s started a swarm with %(names)s", name=_who(entry), names=names),
        "invited": _("%(name)s asked %(names)s into the swarm", name=_who(entry), names=names),
        "joined": _("%(name)s joined the swarm", name=_who(entry)),
        "declined": _("%(name)s declined the swarm", name=_who(entry)),
        "left": _("%(name)s left the swarm", name=_who(entry)),
        "found": _("%(name)s wrote on the swarm's findings", name=_who(entry)),
        "ended": _("%(name)s ended the swarm. Contributed: %(helpers)s", name=_who(entry), helpers=helpers),
    }[_fact(entry, "what")]


def _waiting(entry: Entry) -> str:
    if entry.facts.get("waiting_on") == "vendor":
        return _("%(name)s waits for the vendor", name=_who(entry))
    return _("%(name)s waits for the requester", name=_who(entry))


def _resolved(entry: Entry) -> str:
    how = resolution_words(_fact(entry, "resolution")) if entry.facts.get("resolution") else _("support")
    cause = _fact(entry, "cause")
    said = _("Resolved by %(how)s", how=how)
    return _("%(said)s. Cause: %(cause)s", said=said, cause=cause) if cause else said


def _supposed(entry: Entry) -> str:
    return _("%(name)s: it may be “%(what)s”", name=_who(entry), what=_fact(entry, "hypothesis"))


def _checked(entry: Entry) -> str:
    words = {
        "confirmed": _("%(name)s confirmed “%(what)s”", name=_who(entry), what=_fact(entry, "hypothesis")),
        "ruled_out": _("%(name)s ruled out “%(what)s”", name=_who(entry), what=_fact(entry, "hypothesis")),
    }
    anew = _("%(name)s looks anew at “%(what)s”", name=_who(entry), what=_fact(entry, "hypothesis"))
    return words.get(_fact(entry, "finding"), anew)


def _timed(entry: Entry) -> str:
    return _("%(name)s spent %(n)s min on it", name=_who(entry), n=_fact(entry, "minutes"))


def _rated(entry: Entry) -> str:
    score = str(SCORES[Score(_fact(entry, "score"))][1])
    return _("%(name)s rated the help: %(score)s", name=_who(entry), score=score)


def _continued(entry: Entry) -> str:
    if entry.facts.get("continues"):
        return _("This continues %(number)s", number=_fact(entry, "continues"))
    return _("It goes on in %(number)s", number=_fact(entry, "continued_by"))


def _by_name(words: object) -> Callable[[Entry], str]:
    return lambda entry: str(words) % {"name": _who(entry)}


def _paged(entry: Entry) -> str:
    return _("Woke %(people)s (step %(n)s)", people=_fact(entry, "people"), n=_fact(entry, "step"))


def _automated(entry: Entry) -> str:
    did = entry.facts.get("did")
    words = "; ".join(map(str, did)) if isinstance(did, list) and did else _("nothing was left to do")
    if entry.author is not None:
        return _(
            "%(name)s used “%(macro)s”: %(did)s", name=_who(entry), macro=_fact(entry, "macro"), did=words
        )
    return _("Rule “%(rule)s”: %(did)s", rule=_fact(entry, "rule"), did=words)


SENTENCES: dict[Event, Callable[[Entry], str]] = {
    Event.REPORTED: _reported,
    Event.CLASSIFIED: _classified,
    Event.OFFERED: _offered,
    Event.NOT_SOLVED: _by_name(lazy_gettext("%(name)s still needs help")),
    Event.ROUTED: _routed,
    Event.TAKEN: _by_name(lazy_gettext("%(name)s took it")),
    Event.ESCALATED: _escalated,
    Event.ASSIGNED: _assigned,
    Event.VENDOR_ASKED: _vendor_asked,
    Event.VENDOR_ANSWERED: _vendor_answered,
    Event.SWARMED: _swarmed,
    Event.LEAD_CALLED: _lead_called,
    Event.ANSWERED: _by_name(lazy_gettext("%(name)s answered")),
    Event.COMMENTED: _by_name(lazy_gettext("%(name)s wrote")),
    Event.NOTED: _noted,
    Event.WAITING: _waiting,
    Event.RESUMED: _by_name(lazy_gettext("%(name)s went on with it")),
    Event.RESOLVED: _resolved,
    Event.CONFIRMED: _by_name(lazy_gettext("%(name)s confirmed that it is solved")),
    Event.CLOSED: _by_name(lazy_gettext("%(name)s closed it")),
    Event.REOPENED: _by_name(lazy_gettext("%(name)s reopened it")),
    Event.CANCELLED: _by_name(lazy_gettext("%(name)s cancelled it")),
    Event.SUPPOSED: _supposed,
    Event.CHECKED: _checked,
    Event.PROPOSED: _by_name(lazy_gettext("%(name)s proposed a solution")),
    Event.TIMED: _timed,
    Event.AUTOMATED: _automated,
    Event.CLOSING_SOON: _by_name(lazy_gettext("%(name)s told the requester that it closes soon")),
    Event.RATED: _rated,
    Event.CONTINUED: _continued,
    Event.CLOCK_WARNED: _by_name(lazy_gettext("The clock")),
    Event.BREACHED: _by_name(lazy_gettext("The clock ran out")),
    Event.PAGED: _paged,
    Event.ACKNOWLEDGED: _by_name(lazy_gettext("%(name)s acknowledged the alert")),
    Event.MERGED: joining.merged,
    Event.SPLIT: joining.split,
    Event.ADOPTED: joining.adopted,
    Event.PARTED: joining.parted,
    Event.REMEDIATED: remedies.sentence,
}
