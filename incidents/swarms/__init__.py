"""A swarm: several people look at one incident together, and its owner stays who they are."""

from incidents.swarms.deeds import answer, end, invite, note, start, write_findings
from incidents.swarms.reading import invited_to, of, running

__all__ = ["answer", "end", "invite", "invited_to", "note", "of", "running", "start", "write_findings"]
