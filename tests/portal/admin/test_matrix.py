"""The priority matrix in the browser: the effect first, then in force."""

from incidents import matrix, triage
from incidents.models import Kind, Level

LOW, MEDIUM, HIGH = Level.LOW, Level.MEDIUM, Level.HIGH


def form(**changed):
    cells = {"-".join(cell): str(priority) for cell, priority in matrix.SHIPPED.items()}
    return cells | {"people-medium": "3", "people-high": "10"} | changed


def test_the_effect_is_shown_and_nothing_is_stored(ada):
    page = ada.post("/admin/priorities", data=form(preview="1", **{"low-medium": "3"}))
    assert page.status_code == 200
    assert "No open incident would have another priority." in page.get_data(as_text=True)
    assert matrix.cells() == matrix.SHIPPED


def test_what_is_saved_is_in_force_at_once(ada):
    assert (
        ada.post("/admin/priorities", data=form(**{"low-medium": "3", "people-medium": "2"})).status_code
        == 303
    )
    assert triage.prioritise(LOW, MEDIUM, Kind.INCIDENT) == 3
    assert triage.impact_by_count(2) == MEDIUM
    assert "P3" in ada.get("/admin/priorities").get_data(as_text=True)


def test_a_matrix_in_which_the_worse_comes_later_is_refused(ada):
    for wrong in ({"high-high": "5"}, {"low-low": "9"}, {"people-high": "2"}, {"people-medium": "many"}):
        refused = ada.post("/admin/priorities", data=form(**wrong))
        assert refused.status_code == 422, wrong
    assert matrix.cells() == matrix.SHIPPED
