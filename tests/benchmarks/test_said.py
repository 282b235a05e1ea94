from benchmarks.said import Look, documents, half_of, read_reports, sum_up


def test_every_report_names_only_articles_that_employees_can_see() -> None:
    known = {document.id for document in documents()}

    assert {slug for report in read_reports() for slug in report.relevant} <= known


def test_no_report_is_told_twice_and_both_halves_have_some_without_an_article() -> None:
    reports = read_reports()

    assert len({report.text.casefold() for report in reports}) == len(reports) == 400
    assert {half_of(report) for report in reports if not report.relevant} == {0, 1}


def test_an_offer_to_somebody_for_whom_there_is_no_article_costs_precision() -> None:
    right = Look(has_answer=True, place=0, sure=0.9, is_offered=True, is_right=True)
    vain = Look(has_answer=False, place=float("inf"), sure=0.7, is_offered=True, is_right=False)

    measured = sum_up([right, vain])

    assert measured["right offers"] == 0.5
    assert measured["helped"] == 1
