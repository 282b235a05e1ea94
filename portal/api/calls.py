"""What somebody says on the telephone or at the counter, logged by another program."""

from flask.typing import ResponseReturnValue

from incidents import calls
from incidents.calls import Call
from incidents.models import Channel
from incidents.policy import Action, require
from portal.api import views
from portal.api.bodies import read_body
from portal.api.callers import caller
from portal.api.incidents import article_of


def log() -> ResponseReturnValue:
    me = caller()
    require(me, Action.LOG_FOR_OTHERS)
    body = read_body()
    call = Call(
        caller=body.required_text("caller"),
        words=body.required_text("words"),
        channel=Channel.WALK_UP if body.flag("walk_up") else Channel.PHONE,
        service=body.text("service"),
        solved=body.flag("solved") or False,
        solution=body.text("solution") or "",
        article_id=article_of(body, me),
    )
    return views.incident(calls.log(call, by=me)), 201
