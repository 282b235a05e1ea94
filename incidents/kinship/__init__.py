"""Many reports, one cause: what is alike, joined, merged, parent and child.

`models` and `family` know the relations, `numbers` counts who has it, `effects` is what a merge
records (called by the table of states), `joining` is the door through which people decide, and
`lookalikes` finds what may be the same.
"""
