"""Help for whoever handles an incident: each piece with its reason, and a way to say that it is wrong."""
