"""The chat window and its page. The whole list of its URLs."""

from flask import Blueprint

blueprint = Blueprint("chat", __name__, url_prefix="/chat")
