"""Trends: a category, service or site that is reported more often than its own past explains."""
