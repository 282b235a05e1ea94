"""`firstline bot`: installs Rasa, trains when its content changed, and becomes Rasa."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx

from firstline.settings import Settings

if TYPE_CHECKING:
    from chatbot.model import Verdict

PARSE_TIMEOUT_S = 30.0
LOAD_TIMEOUT_S = 120.0


@click.group(invoke_without_command=True)
@click.pass_context
def bot(context: click.Context) -> None:
    """Run the bot: installs Rasa and trains first where that is needed."""
    if context.invoked_subcommand is None:
        _become_rasa(Settings.from_environ())


@bot.command()
def train() -> None:
    """Train, unless a model fits the present content, and print which model is in use from now on.

    A new model replaces the one in use only if it understands no less of the same test set. A bot
    that runs takes it up at once.
    """
    settings = Settings.from_environ()
    trained = _prepare(settings)
    click.echo(_taken_up(settings, trained))
    click.echo(trained)


@bot.command()
def export() -> None:
    """Add what authors have labelled to the training data, and print how many examples that were."""
    from chatbot.client import labels
    from chatbot.training_data import add_examples
    from commands.context import create_context

    with create_context(Settings.from_environ()).app_context():
        taught = labels.taught()
        added = add_examples((str(one.intent), one.words) for one in taught)
        labels.note_exported([one.turn_id for one in taught])
    click.echo(f"{added} new examples in chatbot/data/nlu/learned.yml.")


@bot.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def parse(file: Any, as_json: bool) -> None:
    """What the running model takes each line of FILE for.

    `intent` is the likeliest one, even where the bot would ask before it acts on it.
    """
    settings = Settings.from_environ()
    with httpx.Client(timeout=PARSE_TIMEOUT_S, trust_env=False) as client:
        for found in _parse_lines(client, settings, file):
            if as_json:
                click.echo(json.dumps(found, ensure_ascii=False))
            else:
                click.echo(f"{found['confidence']:.2f}  {found['intent']:<18} {found['text']}")


def _parse_lines(client: httpx.Client, settings: Settings, lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    from chatbot.client.payloads import plain
    from chatbot.server import api_token

    url, token = f"{settings.rasa_url}/model/parse", {"token": api_token(settings)}
    for text in filter(None, map(plain, lines)):
        try:
            answer = client.post(url, params=token, json={"text": text})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise click.ClickException(
                f"The bot at {settings.rasa_url} does not answer. Start it with “firstline bot” and wait "
                "until it is up."
            ) from error
        yield _found(text, answer.json())


def _found(text: str, parsed: dict[str, Any]) -> dict[str, Any]:
    ranking = parsed.get("intent_ranking") or [parsed["intent"]]
    best = next((intent for intent in ranking if intent["name"] != "nlu_fallback"), parsed["intent"])
    kept = ("entity", "value", "start", "end")
    entities = [{name: entity[name] for name in kept} for entity in parsed.get("entities", [])]
    return {
        "text": text,
        "intent": best["name"],
        "confidence": round(best["confidence"], 4),
        "entities": entities,
    }


def _prepare(settings: Settings) -> Path:
    from chatbot.model import BotUnavailable, ensure_model, install

    try:
        install()
        return ensure_model(settings.data_dir, sentence_model=settings.model_dir.resolve(), tell=_tell)
    except BotUnavailable as problem:
        raise click.ClickException(str(problem)) from problem


def _tell(verdict: "Verdict") -> None:
    what = "worse: the old one stays" if verdict.is_worse else "not worse: it replaces the old one"
    old, new = ("does not load" if right is None else right for right in (verdict.old, verdict.new))
    click.echo(f"Right of {verdict.asked} unseen sentences: old model {old}, new model {new}; {what}.")


def _taken_up(settings: Settings, trained: Path) -> str:
    """Let a bot that runs use this model; says when it does."""
    from chatbot.server import api_token

    try:
        given = httpx.put(
            f"{settings.rasa_url}/model",
            params={"token": api_token(settings)},
            json={"model_file": str(trained.resolve())},
            timeout=LOAD_TIMEOUT_S,
            trust_env=False,
        )
        is_taken = given.is_success
    except httpx.HTTPError:
        is_taken = False
    return "The running bot uses it now." if is_taken else "The bot uses it from its next start on."


def _become_rasa(settings: Settings) -> None:
    from chatbot import model
    from chatbot.server import api_token, run_arguments

    trained = _prepare(settings)
    command = model.command(*run_arguments(settings, trained, model.HOME))
    environment = model.environment(settings.model_dir.resolve())
    environment["FIRSTLINE_RASA_TOKEN"] = api_token(settings)
    os.chdir(model.HOME)
    os.execve(command[0], command, environment)  # noqa: S606
