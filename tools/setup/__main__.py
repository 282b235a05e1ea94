"""Sets Firstline up: `python3 tools/setup [web] [bot] [test]`, everything when nothing is named.

Needs only a Python 3.9 and its standard library; what is done already is skipped, so it may be
run again at any time. `python3 tools/setup lock [--upgrade]` writes the locks anew.
"""

from __future__ import annotations

import argparse
import sys

if sys.version_info < (3, 9):  # noqa: UP036
    sys.exit("Set-up needs Python 3.9 or newer: name one, as in “make PYTHON=python3.12 setup”.")

import browser
import catalogues
import locks
import model
import quick_model
import system
from console import ROOT, SetupError, alone, do, do_together
from packages import BOT, MAIN


def set_up_web() -> None:
    """Everything the portal needs."""
    with alone(ROOT):
        do_together(
            {"packages (.venv)": MAIN, "browser files (static/vendor)": browser, "sentence model": model}
        )
        do("copies of the sentence model", quick_model)
        do("translations (.mo)", catalogues)


def set_up_bot() -> None:
    """Rasa, in an environment of its own."""
    with alone(BOT.folder.parent):
        do("Rasa's packages (chatbot/.venv)", BOT)


def set_up_test() -> None:
    """Servers and a browser of the system, which the tests start themselves."""
    do("test servers and browser", system)


PARTS = {"web": set_up_web, "bot": set_up_bot, "test": set_up_test}


def main() -> None:
    arguments = _arguments()
    try:
        if "lock" in arguments.parts:
            locks.write_all(arguments.upgrade)
        for name in [part for part in arguments.parts if part != "lock"]:
            PARTS[name]()
    except SetupError as error:
        sys.exit(f"\nSet-up stopped: {error}")
    except KeyboardInterrupt:
        sys.exit("\nSet-up stopped by you; run it again to go on where it was.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 tools/setup", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, "lock", []], metavar="web|bot|test|lock")
    parser.add_argument("--upgrade", action="store_true", help="let `lock` choose newer versions")
    arguments = parser.parse_args()
    arguments.parts = arguments.parts or list(PARTS)
    return arguments


if __name__ == "__main__":
    main()
