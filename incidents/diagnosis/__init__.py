"""Diagnosis: what it may be, what was checked, what solved the like before, and the solution found."""
