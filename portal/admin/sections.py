"""The pages of set-up, in the groups in which an administrator looks for them."""

from dataclasses import dataclass

from flask import request, url_for

from firstline.i18n import lazy_gettext as _


@dataclass(frozen=True)
class Page:
    """One page of set-up; what lies below its address belongs to it."""

    endpoint: str
    label: object

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


@dataclass(frozen=True)
class Section:
    """Pages under one heading."""

    label: object
    pages: tuple[Page, ...]


SECTIONS = (
    Section(_("Operation"), (Page("admin.index", _("Health")),)),
    Section(_("People"), (Page("admin.people", _("People")), Page("admin.teams", _("Teams")))),
    Section(
        _("Services"),
        (
            Page("admin.services", _("Services")),
            Page("admin.rules", _("Routing")),
            Page("admin.steps", _("Escalation")),
            Page("admin.automation", _("Automation")),
            Page("admin.tasks", _("Recurring tasks")),
        ),
    ),
    Section(
        _("Monitoring"),
        (
            Page("admin.alerts", _("Alerts")),
            Page("admin.maintenance", _("Maintenance")),
            Page("admin.sources", _("Signed sources")),
            Page("admin.remediations", _("Remediations")),
        ),
    ),
    Section(
        _("Promises"),
        (
            Page("admin.targets", _("Targets")),
            Page("admin.calendars", _("Calendars")),
            Page("admin.oncall", _("On call")),
        ),
    ),
    Section(
        _("Mail"),
        (
            Page("admin.mail", _("Messages")),
            Page("admin.mailboxes", _("Mailboxes")),
            Page("admin.letters", _("Words of mails")),
        ),
    ),
    Section(
        _("Incidents"),
        (
            Page("admin.categories", _("Categories")),
            Page("admin.matrix", _("Priorities")),
            Page("admin.closing", _("Closing")),
        ),
    ),
    Section(_("Openings"), (Page("admin.tokens", _("Tokens")), Page("admin.webhooks", _("Webhooks")))),
    Section(_("Measures"), (Page("admin.holdout", _("Hold-out")),)),
    Section(_("Data"), (Page("admin.moving", _("Moving in and out")),)),
)


def here() -> Page:
    """The page this request is about: the one with the longest address that it begins with."""
    pages = [page for section in SECTIONS for page in section.pages]
    return max(pages, key=lambda page: len(page.url) if _is_below(page.url) else 0)


def _is_below(url: str) -> bool:
    return request.path == url or request.path.startswith(f"{url}/")
