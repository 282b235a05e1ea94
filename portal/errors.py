"""Every error as a sentence: a page for people, a fragment for htmx, a problem document for the API."""

from http import HTTPStatus

from flask import Flask, Response, json, render_template, request
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from firstline import log
from firstline.i18n import gettext
from firstline.i18n import lazy_gettext as _
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from knowledge_base.errors import ArticleError, ReviewersOnly, StaleArticle, UnknownArticle, WrongState

logger = log.get(__name__)
API = "/api/"
WRITTEN = ("title", "description", "words", "text", "note", "symptoms", "body", "cause", "message")
"""Fields in which people write; no password is among them."""

STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    Invalid: 422,
    Refused: 422,
    UnknownArticle: 404,
    StaleArticle: 409,
    WrongState: 409,
    ReviewersOnly: 403,
    ArticleError: 422,
}
SENTENCES = {
    400: _("We could not read that request. Go back and try again; what you typed is still in the form."),
    401: _("You were signed out meanwhile. Sign in, then send it again; what you wrote stands below."),
    403: _("Your account may not open this. Ask the service desk if you need to."),
    404: _("There is nothing at this address. It may have moved, or the link was cut short."),
    405: _("This page cannot be used that way. Go back and use its buttons."),
    413: _("That is too much at once. Send fewer or smaller files, or a link to them."),
    429: _("That was a lot in a short time. Wait a minute and try again; nothing you sent before is lost."),
    500: _(
        "Something broke on our side. What you already sent is safe. Try again, or call the service desk."
    ),
}
TITLES = {
    400: _("That did not work"),
    401: _("Sign in first"),
    403: _("Not for this account"),
    404: _("Not found"),
    409: _("Not possible right now"),
    413: _("Too large"),
    422: _("That cannot be used as it is"),
    429: _("One moment, please"),
    500: _("Our fault"),
}


def init_app(app: Flask) -> None:
    for error in (Refused, ArticleError):
        app.register_error_handler(error, _refused)
    app.register_error_handler(CSRFError, _not_our_form)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(HTTPException, _http)


def status_of(error: Exception) -> int:
    """The HTTP status of a refusal by the domain."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(status: int, sentence: str, *, field: str | None = None) -> Response:
    """The error in the manner of whoever asked."""
    if request.path.startswith(API):
        return problem(status, sentence, field=field)
    template = _template(status)
    title = TITLES.get(status, HTTPStatus(status).phrase)
    shown = {"title": title, "sentence": sentence, "status": status, "kept": _kept()}
    return Response(render_template(template, **shown), status)


def _kept() -> list[str]:
    """What somebody wrote into the form that was refused: a page never swallows words."""
    try:
        return [words for name in WRITTEN if (words := request.form.get(name, "").strip())]
    except HTTPException:
        return []


def _template(status: int) -> str:
    if request.headers.get("HX-Request-Type") == "partial":
        return "errors/fragment.html"
    # What is broken may be the very thing the layout needs, so this page stands alone.
    return "errors/broken.html" if status >= 500 else "errors/page.html"


def problem(status: int, sentence: str, *, field: str | None = None) -> Response:
    """An RFC 9457 problem document."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
    }
    if field:
        body["field"] = field
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def _refused(error: Refused | ArticleError) -> Response:
    return answer(status_of(error), str(error), field=error.field or None)


def _not_our_form(error: CSRFError) -> Response:
    logger.info("form refused", reason=error.description)
    return answer(
        400,
        gettext("This form is from an earlier visit. Open the page again and send it anew."),
    )


def _too_often(error: RateLimitExceeded) -> Response:
    response = answer(429, str(SENTENCES[429]))
    response.headers["Retry-After"] = "60"
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if isinstance(error, InternalServerError):
        logger.error("request failed", path=request.path, exc_info=error.original_exception or error)
    response = answer(error.code, str(SENTENCES.get(error.code, SENTENCES[400])))
    response.headers.update(dict(error.get_headers()[1:]) if error.code in {401, 405} else {})
    return response
