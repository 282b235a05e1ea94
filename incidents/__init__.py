"""The domain: what an incident is and what may happen to it. Imports no channel."""

MODELS = (
    "knowledge_base.models",
    "knowledge_base.outcomes",
    "knowledge_base.gaps",
    "knowledge_base.indexing",
    "knowledge_base.learning",
    "knowledge_base.standing",
    "incidents.people",
    "incidents.services",
    "incidents.models",
    "incidents.feed",
    "incidents.views",
    "incidents.sla.models",
    "incidents.sla.keeping",
    "incidents.notices",
    "incidents.routing.models",
    "incidents.swarms.models",
    "incidents.selfhelp",
    "incidents.alerts",
    "incidents.problems.models",
    "incidents.problems.watch",
    "incidents.reviews.actions",
    "incidents.reviews.due",
    "incidents.sweeps",
)
"""The modules that declare the domain's tables and tasks, for `firstline.app.create_core`."""
