"""What administrators set is kept in memory, and never a moment longer than it holds."""

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from firstline.db import db, write
from incidents import matrix
from incidents.matrix import PriorityCell
from incidents.models import Level

CELL = (Level.LOW, Level.LOW)


def cell(priority):
    return PriorityCell(impact=Level.LOW, urgency=Level.LOW, priority=priority)


def known():
    db.session.rollback()
    return matrix.cells()[CELL]


@pytest.fixture
def set_to_four(app):
    with write() as session:
        session.add(cell(4))
    assert known() == 4


def test_what_another_process_changed_holds_from_its_commit_on(set_to_four):
    with Session(db.engine) as other:
        other.merge(cell(3))
        assert known() == 4
        other.commit()
    assert known() == 3


def test_what_was_undone_never_held(set_to_four):
    with Session(db.engine) as other:
        other.merge(cell(2))
        other.flush()
        other.rollback()
    assert known() == 4


def test_whoever_changes_it_reads_it_changed(set_to_four):
    with write() as session:
        session.merge(cell(2))
        session.flush()
        assert matrix.cells()[CELL] == 2
        session.rollback()
    assert known() == 4


def test_a_change_by_a_statement_is_noticed_too(set_to_four):
    with write() as session:
        session.execute(update(PriorityCell).values(priority=1))
    assert known() == 1


def test_what_is_deleted_is_gone(set_to_four):
    with write() as session:
        session.delete(session.get(PriorityCell, CELL))
    assert known() == 5


def test_asking_again_in_a_transaction_asks_the_database_once_for_the_token_alone(set_to_four):
    db.session.rollback()
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _time in range(3):
        matrix.cells()
    assert len([statement for statement in asked if "priority_cell" in statement]) == 0
    assert len([statement for statement in asked if "option" in statement]) == 1
