"""The chat channel: a Rasa project, its actions, and the conversations the portal talks through."""
