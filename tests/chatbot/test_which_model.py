"""Which model is run after a training: the new one, unless it understands less than the one in use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.model import IN_USE, BotUnavailable, Verdict, content_hash, ensure_model, in_use

ASKED = 130


class Desk:
    """A data folder in which the model of the present content lies already, so that nothing is trained."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.sentences = data_dir, data_dir / "minilm"
        self.folder = data_dir / "models/bot"
        self.folder.mkdir(parents=True)
        self.new = self.put(content_hash(self.sentences))
        self.told: list[Verdict] = []
        self.asked = 0

    def put(self, name: str) -> Path:
        model = self.folder / f"{name}.tar.gz"
        model.write_bytes(b"a model")
        return model

    def use(self, *, same_code: bool = True) -> Path:
        """Another model that is in use until now."""
        code = self.new.name.partition("-")[0] if same_code else "0ther"
        old = self.put(f"{code}-before")
        (self.folder / IN_USE).write_text(old.name)
        return old

    def ensure(self, judged: Callable[[], Verdict]) -> Path:
        def judge(old: Path, new: Path) -> Verdict:
            self.asked += 1
            return judged()

        return ensure_model(self.data_dir, sentence_model=self.sentences, tell=self.told.append, judge=judge)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def never() -> Verdict:
    raise AssertionError("there is nothing to compare")


def test_the_first_model_is_taken_without_a_question(desk: Desk) -> None:
    assert desk.ensure(never) == desk.new == in_use(desk.folder)
    assert desk.ensure(never) == desk.new


@pytest.mark.parametrize("right", [120, 121])
def test_a_model_that_is_as_good_or_better_replaces_the_old_one(desk: Desk, right: int) -> None:
    desk.use()
    assert desk.ensure(lambda: Verdict(ASKED, 120, right)) == desk.new == in_use(desk.folder)
    assert desk.told == [Verdict(ASKED, 120, right)]


def test_a_worse_model_is_kept_apart_and_not_judged_again_at_every_start(desk: Desk) -> None:
    old = desk.use()
    for _start in range(2):
        assert desk.ensure(lambda: Verdict(ASKED, 120, 119)) == old == in_use(desk.folder)
    assert desk.new.is_file() and desk.asked == 1
    assert desk.told == 2 * [Verdict(ASKED, 120, 119)]


def test_a_model_of_other_code_would_not_fit_and_is_not_asked(desk: Desk) -> None:
    desk.use(same_code=False)
    assert desk.ensure(never) == desk.new


def test_a_model_in_use_that_was_deleted_keeps_nobody_waiting(desk: Desk) -> None:
    desk.use().unlink()
    assert desk.ensure(never) == desk.new


def test_while_they_cannot_be_compared_the_old_one_stays(desk: Desk) -> None:
    old = desk.use()

    def broken() -> Verdict:
        raise BotUnavailable("the test set is gone")

    with pytest.raises(BotUnavailable):
        desk.ensure(broken)
    assert in_use(desk.folder) == old
    assert desk.ensure(lambda: Verdict(ASKED, 120, 125)) == desk.new
