"""The bases of other desks, and what is taught of them."""

import pytest

from benchmarks import bases
from benchmarks.report_lessons import fold_of
from knowledge_base.evaluate import Query

ALL = (*bases.LEARNED, *bases.FITTED, *bases.UNSEEN)


@pytest.mark.parametrize("name", ALL)
def test_every_report_names_only_articles_of_its_base(name: str) -> None:
    known = {document.id for document in bases.documents(name)}
    assert len(known) == 120
    assert {article for report in bases.reports(name) for article in report.relevant} <= known


@pytest.mark.parametrize("name", ALL)
def test_a_report_in_four_has_no_article(name: str) -> None:
    reports = bases.reports(name)
    assert len({report.text.casefold() for report in reports}) == len(reports) == 360
    assert sum(not report.relevant for report in reports) / 360 == pytest.approx(0.25, abs=0.01)


def test_no_report_to_an_unseen_base_is_learned() -> None:
    learned, unseen = (
        {report.text for name in names for report in bases.reports(name)}
        for names in ((*bases.LEARNED, *bases.FITTED), bases.UNSEEN)
    )
    assert learned.isdisjoint(unseen)


def test_reports_of_one_article_are_in_one_fold() -> None:
    one, other = (Query(text=text, relevant=frozenset({"a1"})) for text in ("it hangs", "no picture"))
    assert fold_of("suite", one) == fold_of("suite", other)
