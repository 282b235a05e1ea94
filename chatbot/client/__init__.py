"""Conversations with employees: kept in our database, understood by Rasa when it is there."""

MODELS = ("chatbot.client.models",)
"""The modules that declare this channel's tables, for `firstline.app.create_core`."""
