"""A person at a browser: what they open is checked for everyone's use, and nothing may go wrong unseen."""

import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "docs" / "pictures"
WIDE = 1280
PHONE = 375
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AXE_RUN = """async () => {
  // A change of theme reaches the page with the next frame; what fades then has begun.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)));
  const found = await axe.run(document, {iframes: false, resultTypes: ["violations"]});
  return found.violations.map(({id, help, nodes}) => `${id}: ${help}: ` +
    nodes.map((node) => `${node.target} ${node.any.map((check) => check.message)}`).join(" | "));
}"""
STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


def keep_picture(page: Page, name: str) -> None:
    """The window as it is, among the pictures of the documentation."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken = Image.open(BytesIO(page.screenshot(animations="disabled")))
    # A palette makes a page of few colours a third as large.
    small = taken.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(PICTURES / f"{name}.png", optimize=True)


@cache
def axe() -> str:
    return AXE.read_text()


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
GIVE = """([field, event, name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, {type}));
  const told = {bubbles: true, cancelable: true};
  document.querySelector(field).dispatchEvent(event === "paste"
    ? new ClipboardEvent("paste", {...told, clipboardData: given})
    : new DragEvent("drop", {...told, dataTransfer: given}));
}"""


def give(page: Page, field: str, event: str, name: str, *, content: str = PIXEL) -> None:
    """Paste or drop a file onto this field."""
    page.evaluate(GIVE, [field, event, name, "image/png", content])


@dataclass(kw_only=True)
class Visitor:
    """One person with a browser window of their own. `expected` are statuses they provoke on purpose."""

    page: Page
    context: BrowserContext
    url: str
    width: int
    journey: str
    scripted: bool = True
    expected: set[int] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)
    _looks: int = 0

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        if self.scripted:
            self.context.add_init_script(script=axe())

    def _hear(self, said: ConsoleMessage) -> None:
        status = STATUS.match(said.text)
        if said.type in {"error", "warning"} and not (status and int(status[1]) in self.expected):
            self.troubles.append(f"{said.text} ({self.page.url})")

    def open(self, path: str) -> "Visitor":
        self.page.goto(self.url + path)
        return self

    def sign_in(self, name: str) -> "Visitor":
        """By the button of a demo person."""
        self.open("/login").page.get_by_role("button", name=re.compile(name)).click()
        expect(self.page.get_by_role("heading", level=1).first).not_to_have_text("Sign in")
        return self

    def button(self, name: str, *, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def link(self, name: str, *, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("link", name=name, exact=True)

    def told(self, words: str | re.Pattern[str]) -> None:
        """These words stand on the page, for all to see."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    def look(self, what: str) -> None:
        """The page as it is now: usable by everybody, no wider than the window.

        With FIRSTLINE_LOOKS=folder it is kept there, light and dark, to be looked at.
        """
        self.page.wait_for_load_state("load")
        self._looks += 1
        self._keep(f"{self._looks:02d}-{what}")
        if self.scripted:
            for theme in THEMES if self.width == WIDE else THEMES[:1]:
                self.page.emulate_media(color_scheme=theme)
                violations = self.page.evaluate(AXE_RUN)
                assert violations == [], (
                    f"{what}, {theme}, {self.width} px: {json.dumps(violations, indent=1)}"
                )
            self.page.emulate_media(color_scheme="light")
            over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{what} is {over} px wider than {self.width} px"

    def picture(self, name: str, *, height: int) -> None:
        """The picture of the README, when one is wanted (`make pictures`)."""
        if not os.environ.get("FIRSTLINE_PICTURES") or self.width != WIDE:
            return
        self.page.set_viewport_size({"width": WIDE, "height": height})
        self.page.mouse.move(0, 0)
        self.page.evaluate("scrollTo(0, 0)")
        keep_picture(self.page, name)

    def _keep(self, name: str) -> None:
        if folder := os.environ.get("FIRSTLINE_LOOKS"):
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme)
                path = Path(folder) / f"{self.journey}-{name}-{theme}.png"
                self.page.screenshot(path=path, full_page=True, animations="disabled")
            self.page.emulate_media(color_scheme="light")
