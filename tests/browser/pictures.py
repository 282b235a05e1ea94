"""The pictures of the documentation, taken from the demo's data: `make pictures`.

What only stands on a page after somebody did something is taken by the journey that does it
(`Visitor.picture`); what the demo shows by itself is a line below.
"""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, expect

from tests import servers
from tests.browser.visitor import PHONE, WIDE, keep_picture
from tests.stack import running


@dataclass(frozen=True)
class Picture:
    """A page as a demo person sees it; `follow` is the link to click there first."""

    name: str
    person: str
    path: str
    height: int = 720
    width: int = WIDE
    follow: str = ""


WANTED = (
    Picture("desk-queue", "Tess", "/desk"),
    Picture("desk-incident", "Tess", "/desk", height=1000, follow="VPN gateway"),
    Picture("desk-day", "Tess", "/desk/day", height=640),
    Picture("desk-call", "Tess", "/desk/new", height=640),
    Picture("desk-board", "Lena", "/desk/board", height=860),
    Picture("desk-queue-phone", "Tess", "/desk", height=812, width=PHONE),
    Picture("desk-incident-phone", "Tess", "/desk", height=812, width=PHONE, follow="VPN gateway"),
    Picture("reports-entry", "Lena", "/reports", height=900),
    Picture("setup-health", "Ada", "/admin"),
    Picture("setup-automation", "Ada", "/admin/automation"),
    Picture("setup-routing", "Ada", "/admin/routing"),
    Picture("setup-letters", "Ada", "/admin/letters?topic=answered", height=860),
)


def take(browser: Browser, url: str, wanted: Picture) -> None:
    """One picture, light, as small as it stays sharp."""
    size = {"width": wanted.width, "height": wanted.height}
    context = browser.new_context(
        viewport=size, color_scheme="light", reduced_motion="reduce", timezone_id="Europe/Berlin"
    )
    page = context.new_page()
    page.goto(f"{url}/login")
    page.get_by_role("button", name=re.compile(wanted.person)).click()
    expect(page.get_by_role("heading", level=1).first).not_to_have_text("Sign in")
    page.goto(url + wanted.path)
    if wanted.follow:
        page.get_by_role("link", name=re.compile(wanted.follow)).first.click()
        page.wait_for_url("**/INC-*")
    page.wait_for_load_state("load")
    keep_picture(page, wanted.name)
    context.close()


def main() -> None:
    expect.set_options(timeout=30_000)
    with running("web", "worker") as stack, servers.chromium() as browser:
        for wanted in WANTED:
            take(browser, stack.url, wanted)


if __name__ == "__main__":
    main()
