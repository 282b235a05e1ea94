"""The description of this interface, kept by hand beside the routes and tested against them."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import views

DOCUMENT = Path(__file__).with_name("openapi.json")


def openapi() -> ResponseReturnValue:
    return {**_document(), "servers": [{"url": views.url("")}]}


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return document
