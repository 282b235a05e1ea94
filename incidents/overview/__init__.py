"""Work at a glance: the board of a team for its lead, and the day of one who works."""
