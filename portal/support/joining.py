"""What the timeline says to support of incidents that were joined and parted."""

from firstline.i18n import gettext as _
from incidents.models import Entry


def merged(entry: Entry) -> str:
    if "into" in entry.facts:
        return _("%(name)s joined it with %(other)s", name=_who(entry), other=entry.facts["into"])
    return _(
        "%(name)s joined %(other)s with it: “%(words)s”",
        name=_who(entry),
        other=entry.facts.get("from", ""),
        words=entry.facts.get("words", ""),
    )


def split(entry: Entry) -> str:
    if "off" in entry.facts:
        return _("%(name)s took %(other)s out again", name=_who(entry), other=entry.facts["off"])
    return _("%(name)s parted it from %(other)s", name=_who(entry), other=entry.facts.get("from", ""))


def adopted(entry: Entry) -> str:
    child, parent = entry.facts.get("child"), entry.facts.get("parent")
    if child and entry.facts.get("follows"):
        words = entry.facts.get("words", "")
        return _("%(name)s: %(child)s has it too: “%(words)s”", name=_who(entry), child=child, words=words)
    if child:
        return _("%(name)s made %(child)s its child", name=_who(entry), child=child)
    if entry.facts.get("follows"):
        return _("%(name)s: the same as %(parent)s, solved with it", name=_who(entry), parent=parent)
    return _("%(name)s made it a child of %(parent)s", name=_who(entry), parent=parent)


def parted(entry: Entry) -> str:
    child = entry.facts.get("child")
    if child:
        return _("%(name)s: %(child)s is another trouble", name=_who(entry), child=child)
    return _("%(name)s parted it from %(parent)s", name=_who(entry), parent=entry.facts.get("from", ""))


def _who(entry: Entry) -> str:
    return entry.author.name if entry.author else _("The desk")
