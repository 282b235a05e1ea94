"""How well categories are guessed, on incidents made of hand-written sentences: synthetic, nobody's words.

`troubles.txt` tells each trouble in several ways. The training part gets some ways, the measured part
the others, and some troubles whole, which the training part never heard of; openings, circumstances
and endings are divided, too. So no sentence is in both parts.

    python -m benchmarks triage                 the figures
    python -m benchmarks.triage --write FOLDER  train.jsonl and test.jsonl for `firstline triage evaluate`
"""

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import duplicates
from commands.triage import evaluated
from firstline.settings import Settings
from knowledge_base.embedding import try_report_encoder

SEED = 11
MEASURED_ON = 1_500
UNHEARD = 5
"""Every so manieth trouble is only in the measured part."""

CATEGORY_OF_FAMILY = {
    "vpn": "vpn",
    "printer": "printers",
    "outlook": "outlook",
    "password": "passwords",
    "wifi": "wifi",
    "teams": "teams",
    "laptop": "laptops",
    "erp": "apps",
    "files": "drives",
    "hr-access": "accounts",
    "monitor": "screens",
    "mac": "wifi",
    "orders": "general",
    "shared-desk": "rooms",
    "finance-apps": "apps",
    "web": "browser",
    "malware": "malware",
    "mfa": "mfa",
    "erp-crm": "apps",
    "printers-two": "printers",
    "network": "wired",
    "email-two": "outlook",
    "meeting-room": "rooms",
    "devices": "peripherals",
    "software": "apps",
    "phones": "desk-phones",
    "remote": "remote-access",
    "intranet": "apps",
}
CATEGORY_OF_TROUBLE = {
    "scan to mail": "scanning",
    "mailbox full": "mailboxes",
    "shared mailbox": "mailboxes",
    "shared mailbox other": "mailboxes",
    "no access": "permissions",
    "crm access": "permissions",
    "sync": "onedrive",
    "dock": "docks",
    "slow": "performance",
    "mac printer": "printers",
    "mac password": "passwords",
    "lost phone": "lost-devices",
    "lost badge": "lost-devices",
    "laptop stolen": "lost-devices",
    "phishing": "phishing",
    "clicked link": "phishing",
    "laptop dead": "laptops",
    "laptop keyboard": "peripherals",
    "headset order": "general",
    "excel crash": "office",
    "excel macro": "office",
    "word slow": "office",
    "activation": "office",
    "update loop": "updates",
    "mobile data": "mobile",
    "sim": "mobile",
    "site blocked": "browser",
}
LEFT_OUT = frozenset({"door"})
"""Families for which the shipped categories have no place."""

OPENINGS = (
    ["", "", "", "Hi, ", "Hello, ", "Hi team, ", "Dear support, "],
    ["", "", "", "Good morning, ", "Hey, ", "Hello colleagues, ", "To whom it may concern: "],
)
CIRCUMSTANCES = (
    ["", "", " It began this morning.", " I restarted twice.", " My colleague has no trouble with it.", " I am in the office today.", " Worked yesterday."],
    ["", "", " Since lunch it is like that.", " Rebooting changed nothing.", " At the desk beside me all is well.", " I'm at home this week.", " Last week it was still fine."],
)  # fmt: skip
ENDINGS = (
    ["", "", " Please help.", " Thanks, Erin", " Can somebody have a look?", " I have a deadline at noon."],
    ["", "", " Could you take a look?", " Best regards, Bob", " Help is much appreciated.", " The customer is waiting."],
)  # fmt: skip

Example = dict[str, str]


def main() -> None:
    train, test = made()
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    print(f"{len(test):,} synthetic incidents, trained on {len(train):,} that share no sentence with them")
    if encoder is None:
        print(f"By words only. {reason}")
    for name, value in evaluated(_split(train), _split(test), encoder).items():
        print(f"{name:32} {value}")


def made() -> tuple[list[Example], list[Example]]:
    """The incidents to train on and those to measure on, the same ones each time."""
    heard, unheard = sentences()
    return _make(heard, len(heard), 0), _make(unheard, MEASURED_ON, 1)


def sentences() -> tuple[list[Example], list[Example]]:
    """The hand-written sentences of both parts, each with its category."""
    parts: tuple[list[Example], list[Example]] = ([], [])
    place = 0
    for part in ("fit", "test"):
        for family, troubles in duplicates.read(part, duplicates.FILE).items():
            for trouble, ways in troubles.items() if family not in LEFT_OUT else ():
                category = CATEGORY_OF_TROUBLE.get(trouble) or CATEGORY_OF_FAMILY[family]
                place += 1
                cut = 0 if place % UNHEARD == 0 else len(ways) - 1
                parts[0].extend({"text": way, "category": category} for way in ways[:cut])
                parts[1].extend({"text": way, "category": category} for way in ways[cut:])
    return parts


def _make(told: Sequence[Example], many: int, part: int) -> list[Example]:
    drawn = random.Random(SEED + part)
    return [_dress(drawn, told[place % len(told)], part) for place in range(many)]


def _dress(drawn: random.Random, told: Example, part: int) -> Example:
    opening, text = drawn.choice(OPENINGS[part]), told["text"].rstrip(".")
    whole = f"{opening}{text}.{drawn.choice(CIRCUMSTANCES[part])}{drawn.choice(ENDINGS[part])}"
    return {"text": whole, "category": told["category"]}


def _split(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    return [one["text"] for one in examples], [one["category"] for one in examples]


def _write(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, examples in zip(("train", "test"), made(), strict=True):
        lines = "\n".join(json.dumps(one) for one in examples)
        (folder / f"{name}.jsonl").write_text(f"{lines}\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--write", name]:
            _write(Path(name))
        case _:
            main()
