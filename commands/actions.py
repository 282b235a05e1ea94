"""`firstline actions`: what the bot does for people, on loopback."""

import logging
import warnings

import click

from firstline import log


@click.command()
def actions() -> None:
    """Run the bot's actions until stopped."""
    from rasa_sdk.endpoint import create_app
    from rasa_sdk.executor import ActionExecutor

    from chatbot.actions.actions import all_actions, core
    from commands.schema import require_schema
    from firstline.app import settings_of

    log.configure("actions")
    # Said at every call: Rasa 3.6 and this SDK are known to work together.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk")
    settings = settings_of(core())
    require_schema(settings)
    executor = ActionExecutor()
    for action in all_actions():
        executor.register_action(action)
    logging.getLogger("sanic.root").setLevel(logging.WARNING)
    create_app(executor, cors_origins=[]).run(
        host=settings.actions_listen.host,
        port=settings.actions_listen.port,
        single_process=True,
        motd=False,
        access_log=False,
    )
