"""What a process does because a supervisor started it."""

import ctypes
import os
import signal
import sys

VARIABLE = "FIRSTLINE_SUPERVISOR"
PR_SET_PDEATHSIG = 1


def end_with_supervisor() -> None:
    """Be told to stop when the supervisor is gone, even if it was killed. Only Linux can promise that."""
    # A process further down inherits the variable too; only the supervisor's own child is meant.
    if sys.platform == "linux" and os.environ.get(VARIABLE) == str(os.getppid()):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
