"""Places for streams: few a person in all web processes together, since a browser has six connections.

A place lapses unless it is kept, so that a process that is killed leaves none behind.
"""

from time import time

from portal.shared import Shared

MOST_A_PERSON = 3
LAPSES_AFTER_S = 60.0
TAKE = """
INSERT INTO place (person_id, ends_at) SELECT :person_id, :ends_at
WHERE (SELECT count(*) FROM place WHERE person_id = :person_id AND ends_at > :now) < :most RETURNING id
"""
KEEP = "UPDATE place SET ends_at = :ends_at WHERE id = :id"
GIVE_BACK = "DELETE FROM place WHERE id = :id OR ends_at <= :now"


def take(shared: Shared, person_id: int) -> int | None:
    """A place for one more stream of this person, if one is free."""
    now = time()
    taken = shared.ask(TAKE, person_id=person_id, ends_at=now + LAPSES_AFTER_S, now=now, most=MOST_A_PERSON)
    return int(taken[0][0]) if taken else None


def keep(shared: Shared, place: int) -> None:
    """Say that the stream is still there; often enough, see `LAPSES_AFTER_S`."""
    shared.ask(KEEP, ends_at=time() + LAPSES_AFTER_S, id=place)


def give_back(shared: Shared, place: int) -> None:
    """The stream has ended; places that lapsed go with it."""
    shared.ask(GIVE_BACK, id=place, now=time())
