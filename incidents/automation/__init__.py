"""What the desk does by itself, and what a person does with one key: rules, macros, recurring tasks.

A rule says when, if and then: it answers one kind of event, or time; its conditions are those of
routing and the language of the search field; and what it does are the same deeds that a macro is made of.
"""
