"""Problems: why incidents come again, what helps meanwhile, and whether the cure held.

`work` is what people do, `table` where a problem may go, `known_errors` the article by which its
workaround is offered in every channel, `matching` which incidents are its, `watch` what comes after
the cure, `looking` which incidents may have one cause, `proposals` what people make of that, `recurrence` their number by week.
"""
