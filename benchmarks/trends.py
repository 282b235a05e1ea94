"""How many surges of reports are found, how soon, and how often one is seen that is none: three made-up years."""

from benchmarks import trends_made as made

WEEKS = 52


def main() -> None:
    print(
        "| year | surges of 8 an hour or more | found within 15 min | of their first report | false a week |"
    )
    print("|---|---|---|---|---|")
    for seed in (1, 2, 3):
        reports, surges = made.make(seed, weeks=WEEKS)
        told = made.score(list(made.findings(reports)), surges, weeks=WEEKS)
        print(
            f"| {seed} | {told.reached} | {told.in_time} | {told.from_first} | {told.false:.2f} |", flush=True
        )


if __name__ == "__main__":
    main()
