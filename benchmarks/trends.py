"""How many surges of reports are found, how soon, and how often one is seen that is none.

Three made-up years, then the demo year with surges put into it.
"""

from benchmarks import trends_demo
from benchmarks import trends_made as made

WEEKS = 52


def main() -> None:
    print(
        "| year | surges of 8 an hour or more | found within 15 min | of their first | of their begin | false a week |"
    )
    print("|---|---|---|---|---|---|")
    for seed in (1, 2, 3):
        reports, surges = made.make(seed, weeks=WEEKS)
        told = made.score(list(made.findings(reports)), surges, weeks=WEEKS)
        print(
            f"| {seed} | {told.reached} | {told.in_time} | {told.from_first} | {told.from_begin} | {told.false:.2f} |",
            flush=True,
        )
    print(flush=True)
    trends_demo.main()


if __name__ == "__main__":
    main()
