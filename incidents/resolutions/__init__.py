"""What a resolution is made of: its cause, what was changed, the time it took, and what people say of it."""
