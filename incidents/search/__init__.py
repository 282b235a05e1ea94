"""Finding incidents: a small language, what it means to the database, and the words of all texts."""
