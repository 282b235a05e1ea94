"""What reading a message finds: its texts and what is attached."""

from dataclasses import dataclass, field

from email_intake.calendars import Calendar
from email_intake.leaves import extension_of
from email_intake.line import SIGNED

MOST_TEXT = 1_000_000


@dataclass(frozen=True)
class Attached:
    """A file of a message: cleaned name, declared type (never believed), bytes.

    `cid`: the name by which the HTML shows it in its place. `is_inline`: it belongs to the text.
    """

    name: str
    media_type: str
    content: bytes
    cid: str = ""
    is_inline: bool = False


@dataclass
class Body:
    """What a walk over the parts has found so far."""

    texts: list[str] = field(default_factory=list)
    html: str = ""
    attachments: list[Attached] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    is_encrypted: bool = False
    calendar: Calendar | None = None
    parts: int = 0

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text.strip())[:MOST_TEXT]

    def says(self, text: str) -> bool:
        """Whether the last words are these already, but for gaps: another form of the same, badly nested."""
        return bool(self.texts) and _bare(self.texts[-1]) == _bare(text)

    def attach(
        self, name: str, media_type: str, content: bytes, *, cid: str = "", is_inline: bool = False
    ) -> None:
        position = len(self.attachments) + 1
        name = name or f"attachment-{position}.{extension_of(media_type, content)}"
        taken = {attached.name for attached in self.attachments}
        if name in taken:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem}-{position}.{ending}" if dot else f"{name}-{position}"
        self.attachments.append(Attached(name, media_type, content, cid, is_inline))


def _bare(text: str) -> list[str]:
    return text.replace(SIGNED, "").split()
