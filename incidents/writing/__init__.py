"""What support writes before it is said: drafts, replies held back, who else is at it, and texts at hand."""
