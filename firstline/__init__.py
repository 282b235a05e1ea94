"""The ground everything stands on. Imports nothing else of ours."""

__version__ = "0.1.0"
