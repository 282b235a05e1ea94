"""A browser without scripts: it reads pages, fills in forms and presses their buttons."""

import re
from contextvars import Context
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

QUIET = {"script", "style"}


@dataclass
class Form:
    action: str = ""
    id: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a person sees of an answer: its words and its forms."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.status, self.html = answer.status_code, answer.get_data().decode("utf-8", "replace")
        self.headers, self.path = answer.headers, answer.request.path
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._open: Form | None = None
        self._quiet = 0
        self._button: dict[str, str] | None = None
        self._choice = self._area = ""
        self.feed(self.html)
        self.text = re.sub(r"\s+", " ", " ".join(self._words))

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action.endswith(action))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._quiet += tag in QUIET
        if tag == "form":
            self._open = Form(action=given.get("action", ""), id=given.get("id", ""))
            self.forms.append(self._open)
        elif tag == "button" and "form" in given:
            # It belongs to a form elsewhere on the page.
            owner = next((form for form in self.forms if form.id == given["form"]), Form())
            self._read_button(owner, given)
        elif self._open is not None:
            self._read_field(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in QUIET
        if tag == "form":
            self._open = None
        if tag == "textarea":
            self._area = ""
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open.fields[self._area] += data
        if self._button is not None:
            self._button["label"] += data
        if not self._quiet:
            self._words.append(data)

    def _read_button(self, form: Form, given: dict[str, str]) -> None:
        self._button = {**given, "label": ""}
        form.buttons.append(self._button)

    def _read_field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "button":
            self._read_button(form, given)
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""
        elif tag == "select":
            self._choice = name
            form.fields[name] = ""
        elif tag == "option" and "selected" in given:
            form.fields[self._choice] = given["value"]
        elif tag == "input" and name and _is_sent(given):
            form.fields[name] = given.get("value", "")


class Browser:
    """One person's browser; each request is one of its own, as if from outside."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.page: Page | None = None

    def open(self, path: str, **more: Any) -> Page:
        return self._take(self.client.get, path, follow_redirects=True, **more)

    def post(self, path: str, data: dict[str, Any], **more: Any) -> Page:
        return self._take(self.client.post, path, data=data, **{"follow_redirects": True, **more})

    def press(self, label: str, *, on: Page | None = None, **typed: Any) -> Page:
        """Fill in the form that has this button and press it."""
        page = on or self.page
        assert page is not None
        form, button = self._find(page, label)
        pressed = {button["name"]: button["value"]} if "name" in button else {}
        return self.post(button.get("formaction", form.action), {**form.fields, **pressed, **typed})

    def _find(self, page: Page, label: str) -> tuple[Form, dict[str, str]]:
        for form in page.forms:
            for button in form.buttons:
                if label in button["label"]:
                    return form, button
        raise AssertionError(f"no button “{label}” on {page.path}: {page.text}")

    def _take(self, ask: Any, path: str, **more: Any) -> Page:
        # In a context of its own: a login kept from an earlier request would answer for this one.
        answer = Context().run(ask, path, **more)
        self.page = Page(answer)
        answer.close()
        return self.page


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    return kind not in {"file", "checkbox", "radio"} or "checked" in given
