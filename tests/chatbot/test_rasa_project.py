"""Rasa's own checks of the project, with the flags without which they never fail."""

import subprocess
from pathlib import Path

import pytest

from chatbot import model
from tests.chatbot.conftest import RunningBot, sentence_model

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]


def rasa(*arguments: str) -> None:
    done = subprocess.run(
        model.command(*arguments),
        cwd=model.HOME,
        env=model.environment(sentence_model()),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_the_training_data_are_consistent(running_bot: RunningBot) -> None:
    rasa("data", "validate", "--fail-on-warnings", "--max-history", "5")


def test_every_dialogue_goes_as_written(running_bot: RunningBot, tmp_path: Path) -> None:
    trained = model.ensure_model(running_bot.settings.data_dir, sentence_model=sentence_model())
    dialogues = ["--stories", "tests", "--out", str(tmp_path)]
    rasa("test", "core", "--model", str(trained), "--fail-on-prediction-errors", *dialogues)


def test_models_are_compared_on_sentences_they_never_saw(running_bot: RunningBot) -> None:
    trained = model.ensure_model(running_bot.settings.data_dir, sentence_model=sentence_model())
    verdict = model.score(sentence_model())(trained, trained)
    assert verdict.asked == len(model.TEST_SET.read_text().splitlines())
    assert verdict.old == verdict.new >= 0.92 * verdict.asked
