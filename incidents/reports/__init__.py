"""Figures one can trust: what each counts, what it leaves out, and the incidents behind it.

`timeline` reads one incident's history, `facts` keeps what reports count of it, `figures` says what
each figure means, `scope` which incidents are asked for, `counting` does the sums, `verifying`
compares what is kept with what the timelines say.
"""
