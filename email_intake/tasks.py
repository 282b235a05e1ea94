"""What the worker does for mail: nudged when something happened, swept in case the nudge was lost."""
