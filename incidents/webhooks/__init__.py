"""Webhooks: other systems hear of everything that happens to incidents and problems.

`owing` notes in the transaction of an event who is to hear of it, `bodies` says what they hear,
`sending` delivers and tries again, `keeping` is for administrators.
"""
