"""What a process that lives for long does about rubbish."""

import gc

COLLECT_AFTER = (10_000, 10, 10)
"""How many objects come before rubbish is looked for, and how often that is done to the older ones."""


def leave_alone_what_stays() -> None:
    """What is loaded now lives as long as the process: to look all of it over held every request up for .2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
