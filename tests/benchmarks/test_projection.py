"""The directions in which troubles differ, on vectors of which it is known."""

import numpy as np
import pytest

from benchmarks import projection
from benchmarks.projection import Seen

VECTORS = {
    f"{trouble}{way}": np.array([trouble, 9.0 * way, 0.5]) for trouble in (-1.0, 1.0) for way in (-1.0, 1.0)
}
FAMILY = {str(trouble): [f"{trouble}{way}" for way in (-1.0, 1.0)] for trouble in (-1.0, 1.0)}


def test_how_a_trouble_is_told_does_not_count_and_which_it_is_does() -> None:
    one, same, other = (VECTORS[way] for way in ("1.01.0", "1.0-1.0", "-1.01.0"))
    plain = projection.cosines([(one, same), (one, other)], np.eye(3))
    assert plain[0] < plain[1]
    turned = projection.directions([projection.scatter(FAMILY, VECTORS)])
    alike, unlike = projection.cosines([(one, same), (one, other)], turned[:, :1])
    assert alike == pytest.approx(1.0)
    assert unlike == 0.0


def test_a_trouble_that_is_told_once_has_no_spread_within() -> None:
    told_once = projection.scatter({"a": ["1.01.0"], "b": ["-1.01.0"]}, VECTORS)
    assert (told_once.ways, told_once.troubles) == (0, 2)


def test_no_pair_is_seen_by_its_own_family() -> None:
    turned = {name: np.array([vector[1], vector[0], vector[2]]) for name, vector in VECTORS.items()}
    scatters = [(0, projection.scatter(FAMILY, VECTORS)), (1, projection.scatter(FAMILY, turned))]
    pairs = [(VECTORS["1.01.0"], VECTORS["1.0-1.0"])] * 2
    by_the_other, by_the_first = Seen(pairs, np.array([0, 1]), scatters).meanings(-1)
    assert by_the_other == projection.cosines(pairs[:1], projection.directions([scatters[1][1]]))[0]
    assert by_the_first == projection.cosines(pairs[:1], projection.directions([scatters[0][1]]))[0]
