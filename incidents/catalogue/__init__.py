"""The catalogue: services, what they need, their configuration items, and what happened to each."""
