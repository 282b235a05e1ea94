"""The local mailbox of a demo: what Firstline would have sent."""


def show() -> str:
    return ""


def message(name: str) -> str:
    return ""


def html(name: str) -> str:
    return ""
