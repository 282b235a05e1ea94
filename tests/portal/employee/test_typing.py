"""Requests of a field in which somebody types."""

import threading
import time

from portal.employee.typing import Typing


def test_of_requests_that_wait_only_the_newest_is_worth_answering():
    typing, answered, began = Typing(), [], threading.Event()

    def ask(number, hold=0.0):
        with typing.turn("field") as is_newest:
            began.set()
            time.sleep(hold)
            answered.append((number, is_newest))

    first = threading.Thread(target=ask, args=(1, 0.3))
    first.start()
    began.wait(5)
    waiting = []
    for number in (2, 3, 4):
        waiting.append(threading.Thread(target=ask, args=(number,)))
        waiting[-1].start()
        time.sleep(0.03)
    for thread in (first, *waiting):
        thread.join(5)
    assert dict(answered) == {1: True, 2: False, 3: False, 4: True}


def test_fields_do_not_wait_for_each_other_and_take_no_room_afterwards():
    typing = Typing()
    with typing.turn("one") as one, typing.turn("other") as other:
        assert one and other
    with typing.turn("one") as again:
        assert again
    assert typing._fields == {}


def test_a_request_that_breaks_lets_the_next_one_in():
    typing = Typing()
    try:
        with typing.turn("field"):
            raise RuntimeError
    except RuntimeError:
        pass
    with typing.turn("field") as is_newest:
        assert is_newest
