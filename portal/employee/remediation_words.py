"""What a person reads of a run in their story."""

from firstline.i18n import gettext as _
from incidents.models import Entry
from incidents.remediations.models import Result


def sentence(who: str, mine: bool, entry: Entry) -> str:
    """What the person reads of a run in their story."""
    name = entry.facts.get("name", "")
    return {
        Result.DONE: _("“%(name)s” was done.", name=name),
        Result.FAILED: _("“%(name)s” did not work. A person looks at it.", name=name),
        Result.UNKNOWN: _("We do not know whether “%(name)s” worked. A person looks at it.", name=name),
        Result.WAITS: _("“%(name)s” waits for somebody of support.", name=name),
        Result.DECLINED: _("“%(name)s” was not run.", name=name),
    }.get(Result(str(entry.facts.get("state"))), _("“%(name)s” was begun.", name=name))
