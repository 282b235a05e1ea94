"""What the copies of the sentence model were taught."""

from pathlib import Path

import numpy as np
import pytest

from incidents.second_look import TAUGHT
from knowledge_base.embedding import AFTER, BEFORE, REPORTS_TAUGHT

PRODUCTS = 6 * 6


@pytest.mark.parametrize("file", [TAUGHT, REPORTS_TAUGHT], ids=["pairs", "reports"])
def test_it_corrects_each_product_of_the_model(file: Path) -> None:
    with np.load(file) as taught:
        before, after = (
            {name.removesuffix(end) for name in taught.files if name.endswith(end)} for end in (BEFORE, AFTER)
        )
        assert before == after and len(before) == PRODUCTS
        assert all(np.isfinite(taught[name]).all() for name in taught.files)
    assert file.stat().st_size < 2_000_000
