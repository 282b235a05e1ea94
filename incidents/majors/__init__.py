"""Major incidents: one fault that stops many, led by one person and told to everybody once."""
