"""Refusals: each carries a sentence fit for the person, which channels show as it is."""


class Refused(Exception):
    """The domain will not do this. `sentence` says why and what to do instead."""

    def __init__(self, sentence: object, *, field: str | None = None) -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)
        self.field = field


class NotAllowed(Refused):
    """This person may not do this to this object."""


class NotFound(Refused):
    """There is no such thing, or none this person may know of: the two look the same."""


class Conflict(Refused):
    """Not possible from the present state, or somebody else was quicker."""


class TooLate(Conflict):
    """The time in which an incident may be reopened is over: a new one goes on where it ended."""


class Invalid(Refused):
    """What was given cannot be used; `field` names it where there is one."""


class KeyReused(Invalid):
    """The intake key belongs to a report with other words."""
