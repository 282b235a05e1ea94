"""Incident reviews: what happened, why, what it cost, and what is done so that it does not come again.

`work` is what people do, `story` the timeline gathered from every channel, `consequences` what it
cost, `actions` what was promised and whether it was kept, `wording` what sounds like blame,
`document` the whole as Markdown.
"""
