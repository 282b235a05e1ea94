"""Who asks: the signed-in person, and what a blueprint demands of them."""

from collections.abc import Callable
from typing import cast

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from incidents.people import Person
from incidents.policy import Action, require

Gate = Callable[[], ResponseReturnValue | None]


def signed_in_person() -> Person | None:
    """The person behind this request, None for a stranger."""
    # Before the sign-in is set up (an early error page) everybody is a stranger.
    if not current_user or not current_user.is_authenticated:
        return None
    return cast(Person, current_user._get_current_object())


def person() -> Person:
    """The person behind this request, in routes behind `sign_in_first`."""
    found = signed_in_person()
    assert found is not None, "the route stands behind sign_in_first"
    return found


def sign_in_first() -> ResponseReturnValue | None:
    """A `before_request` that sends strangers to the sign-in page and back."""
    if signed_in_person() is None:
        return cast(ResponseReturnValue, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    return None


def only_who_may(action: Action) -> Gate:
    """A `before_request` for blueprints that are only for those who may do `action`."""

    def gate() -> ResponseReturnValue | None:
        answer = sign_in_first()
        if answer is None:
            require(person(), action)
        return answer

    return gate


def way_back() -> str:
    """Where the person wanted to go before signing in: a path of ours, else home."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if ours else "/"
