"""What the second look is taught, and what taught it gives."""

from benchmarks import duplicates, second_look
from incidents import english


def texts(pairs: list[tuple[str, str, bool]]) -> set[tuple[str, ...]]:
    return {tuple(sorted((one, other))) for one, other, _ in pairs}


def test_nothing_that_is_measured_is_learned() -> None:
    lessons = second_look.lessons()
    learned = texts(lessons["families"]).union(*map(texts, lessons["sets"].values()))  # type: ignore[arg-type, attr-defined]
    for measured in (duplicates.measured_pairs(), *map(duplicates.read_apart, duplicates.unseen())):
        read = [(english.put(one), english.put(other), same) for one, other, same in measured]
        assert learned.isdisjoint(texts(read))


def test_of_each_family_a_few_pairs_are_learned_however_many_it_has() -> None:
    families = duplicates.read("fit")
    assert len(second_look.some_of_families()) < 20 * len(families)
    assert max(len(duplicates.pairs_of(family)) for family in families.values()) > 200
