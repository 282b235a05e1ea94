"""A believable year of a desk: written as rows, with timelines as the lifecycle would have left them.

`story` tells what was reported when and by whom, `course` how each went from there, `lessons` what the
desk learned: problems, major incidents, reviews. What a step leaves behind and how it is written is
`incidents.moving`'s. The texts lie in the JSON files beside.
"""
