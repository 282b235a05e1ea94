"""The command `firstline`. Each subcommand is loaded only when it is called, so that one is quick to
start and a broken one does not take the others with it."""

import os
from importlib import import_module
from typing import NamedTuple, override

import click

from commands.supervised import end_with_supervisor
from firstline.settings import SettingsError


class Entry(NamedTuple):
    target: str
    summary: str


COMMANDS = {
    "up": Entry("commands.supervisor:up", "Start every process and keep each one running."),
    "serve": Entry("commands.serve:serve", "The portal."),
    "worker": Entry("commands.worker:worker", "Background jobs and the sweep."),
    "intake": Entry("commands.intake:intake", "Incoming mail: the listener and the mailboxes."),
    "actions": Entry("commands.actions:actions", "What the bot does for people."),
    "sample": Entry("commands.sample:sample", "A sample service that the demo repairs."),
    "bot": Entry("commands.bot:bot", "The bot: installs, trains and runs Rasa."),
    "chat": Entry("commands.chat:chat", "Talk to the assistant in a terminal."),
    "db": Entry("commands.database:database", "The database schema."),
    "demo": Entry("commands.demo:demo", "Demo people, services, articles and incidents."),
    "token": Entry("commands.token:token", "Tokens for the API."),
    "mail": Entry("commands.mail:mail", "Messages from files, and what was held back."),
    "articles": Entry("commands.articles:articles", "Import and export articles, measure the search."),
    "triage": Entry("commands.triage:triage", "Measure how well categories are guessed."),
    "lifecycle": Entry("commands.lifecycle:lifecycle", "Print the table of states and who may what."),
    "duplicates": Entry("commands.duplicates:duplicates", "Measure how well doubles are found."),
    "reports": Entry("commands.reports:reports", "Check the rows behind the figures, or make them anew."),
    "import": Entry("commands.moving:take_in", "People and incidents of another desk."),
    "export": Entry("commands.moving:take_along", "Everything as JSON lines in a zip."),
    "backup": Entry("commands.backup:backup", "Write the whole state into a folder."),
    "restore": Entry("commands.backup:restore", "Read the whole state back from a folder."),
    "doctor": Entry("commands.doctor:doctor", "What is configured, reachable, overdue."),
}


class LazyGroup(click.Group):
    """Knows its commands by name and loads the one that is asked for."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="firstline", prog_name="firstline")
def main() -> None:
    """Firstline: the self-service front line of IT support."""
    # Read when numpy is first imported. Threads of a matrix product wait for each other by spinning:
    # beside other requests a suggestion took more than twice the CPU (docs/performance.md).
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    end_with_supervisor()
