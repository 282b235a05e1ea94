"""Which incidents recur: the same trouble with the same thing, told by several people on several days.

Pure arithmetic over readings. One afternoon's outage is no recurrence: the days must differ.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents import duplicates
from incidents.duplicates import Reading

ON_ONE_ITEM = 0.5
"""What happens to one device again and again is likelier to have one cause: that part of the bar is enough."""
COMPARED = 4
"""So many members of a cluster speak for it."""
COMPARED_FOR_CENTER = 12
LEAST_INCIDENTS, LEAST_PEOPLE, LEAST_DAYS = 4, 2, 3


@dataclass(frozen=True, kw_only=True)
class Item:
    """One incident as it is compared; `service_id` None goes by its category."""

    incident_id: int
    person_id: int
    at: datetime
    category: str
    service_id: int | None
    device_id: int | None
    reading: Reading


@dataclass(frozen=True)
class Cluster:
    """Incidents that seem to have one cause, oldest first."""

    items: tuple[Item, ...]

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(item.incident_id for item in self.items)

    @property
    def people(self) -> int:
        return len({item.person_id for item in self.items})

    @property
    def days(self) -> int:
        return len({item.at.date() for item in self.items})

    @property
    def device_id(self) -> int | None:
        """The device that half of them or more are about."""
        ((device_id, many),) = Counter(item.device_id for item in self.items).most_common(1)
        return device_id if 2 * many >= len(self.items) else None

    @property
    def center(self) -> Item:
        """The one that is likest to the others: its words stand for all."""
        some = self.items[-COMPARED_FOR_CENTER:]
        return max(some, key=lambda one: sum(_compared(one, other) for other in some))

    @property
    def recurs(self) -> bool:
        """Several people on several days; one person suffices where it is always the same device."""
        told_by_enough = self.people >= LEAST_PEOPLE or self.device_id is not None
        return len(self.items) >= LEAST_INCIDENTS and self.days >= LEAST_DAYS and told_by_enough


def find(items: Iterable[Item]) -> list[Cluster]:
    """Every cluster that recurs, the largest first."""
    groups: defaultdict[object, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.at, item.incident_id)):
        groups[item.service_id or item.category].append(item)
    clusters = [Cluster(tuple(members)) for group in groups.values() for members in _gather(group)]
    recurring = [cluster for cluster in clusters if cluster.recurs]
    return sorted(recurring, key=lambda cluster: (-len(cluster.items), min(cluster.ids)))


def _gather(group: Sequence[Item]) -> list[list[Item]]:
    """Each to the cluster it is likest, if it is like enough, else to one of its own."""
    clusters: list[list[Item]] = []
    for item in group:
        nearest = max(clusters, key=lambda members: _likeness(item, members), default=None)
        if nearest is not None and _likeness(item, nearest) >= 1:
            nearest.append(item)
        else:
            clusters.append([item])
    return clusters


def _likeness(item: Item, members: Sequence[Item]) -> float:
    """How far above its bar the likest of the members is; 1 is at the bar."""
    return max(_compared(item, member) for member in members[:COMPARED])


def are_alike(one: Reading, other: Reading) -> bool:
    """Whether the two would be joined."""
    return duplicates.chance(one, other) >= _bar(one, other)


def _compared(one: Item, other: Item) -> float:
    """The bar is that at which two reports would be joined."""
    bar = _bar(one.reading, other.reading)
    is_one_item = one.device_id is not None and one.device_id == other.device_id
    chance = duplicates.chance(one.reading, other.reading)
    return chance / (bar * ON_ONE_ITEM if is_one_item else bar)


def _bar(one: Reading, other: Reading) -> float:
    by_words = one.vector is None or other.vector is None
    return duplicates.BAR_BY_WORDS if by_words else duplicates.BAR
