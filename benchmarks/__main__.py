"""`python -m benchmarks [PART ...]`: run every part, or those named, and print their tables."""

import sys
from importlib import import_module

PARTS = {
    "requests": "benchmarks.requests",
    "queue": "benchmarks.queue",
    "browse": "benchmarks.browse",
    "pages": "benchmarks.pages",
    "search": "benchmarks.search",
    "said": "benchmarks.said",
    "learning": "benchmarks.learning",
    "duplicates": "benchmarks.duplicates",
    "triage": "benchmarks.triage",
    "trends": "benchmarks.trends",
    "forecast": "benchmarks.forecast",
    "alerts": "benchmarks.alerts",
    "mail": "benchmarks.mail",
    "soak": "benchmarks.mail_soak",
    "chat": "benchmarks.chat",
    "understanding": "benchmarks.understanding",
    "earns": "benchmarks.earns",
    "reports": "benchmarks.reports",
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"There is no part {', '.join(sorted(unknown))}; choose of {', '.join(PARTS)}.")
        return 2
    for name in names or PARTS:
        import_module(PARTS[name]).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
