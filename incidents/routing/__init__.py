"""Who has it and why: placed at first, handed up a tier or to a vendor, and the lead called."""

from incidents.routing.escalation import (
    call_lead,
    escalate,
    leads_of,
    teams_to_escalate_to,
    vendors_to_ask,
)
from incidents.routing.placing import route

__all__ = ["call_lead", "escalate", "leads_of", "route", "teams_to_escalate_to", "vendors_to_ask"]
