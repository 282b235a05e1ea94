"""How many processes of a kind there are by themselves, for Python answers with one core a process."""

import os

MOST_WEB = 4
"""Each costs the memory of a model and of all articles; whoever wants more says so."""
MOST_WORKERS = 2
"""Two do what a desk's mail needs; each has the model in memory."""
WORKER_THREADS = 4
"""Of all workers together: what waits for others is seldom, and more threads on a core only hinder each other."""


def web_processes() -> int:
    """One a core, at most four."""
    return min(cores(), MOST_WEB)


def workers() -> int:
    """One a core, at most two."""
    return min(cores(), MOST_WORKERS)


def threads_of_worker(of: int) -> int:
    """How many threads for jobs each `of` so many workers has."""
    return max(2, WORKER_THREADS // of)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
