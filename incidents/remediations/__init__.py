"""Remediations: named, allow-listed actions that solve an incident without a person's hands.

Asked for by the requester, by support or by rule; run once by the worker; a person follows if they fail.
"""
