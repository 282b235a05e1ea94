"""The `firstline` command: one module a group, imported only when it is called."""

from importlib import import_module

import click

from firstline.settings import SettingsError

COMMANDS = {
    "actions": "commands.actions:actions",
    "articles": "commands.articles:articles",
    "backup": "commands.backup:backup",
    "bot": "commands.bot:bot",
    "db": "commands.database:database",
    "demo": "commands.demo:demo",
    "doctor": "commands.doctor:doctor",
    "duplicates": "commands.duplicates:duplicates",
    "intake": "commands.intake:intake",
    "mail": "commands.mail:mail",
    "restore": "commands.backup:restore",
    "serve": "commands.serve:serve",
    "token": "commands.token:token",
    "triage": "commands.triage:triage",
    "up": "commands.supervisor:up",
    "worker": "commands.worker:worker",
}


class LazyGroup(click.Group):
    """Knows its commands by name and loads the one that is asked for, so that none slows another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Firstline: the self-service front line of IT support."""
