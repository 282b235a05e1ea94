"""Starts Rasa's command line inside its own environment, where this file is run.

The token of its HTTP API comes in the environment: on the command line every local user could
read it.
"""

import os
import sys


def main() -> None:
    token = os.environ.pop("FIRSTLINE_RASA_TOKEN", "")
    if token:
        sys.argv += ["--auth-token", token]
    from rasa.__main__ import main as rasa

    rasa()


if __name__ == "__main__":
    main()
