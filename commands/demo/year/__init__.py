"""A believable year of a desk: written as rows, with timelines as the lifecycle would have left them.

`story` tells what was reported when and by whom, `course` how each went from there, step by step by the
lifecycle's own table, `life` what a step leaves behind, `rows` writes all of it in bulk, `lessons` what
the desk learned: problems, major incidents, reviews. The texts lie in the JSON files beside.
"""
