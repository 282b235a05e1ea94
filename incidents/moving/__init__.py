"""Coming from another desk, and taking everything along when leaving.

Readers (`tables`, `django_helpdesk`, `zammad`; mail's lies with mail) turn a file into `records`, which
`arriving` looks at or writes as incidents that happened long ago: `life` steps through the lifecycle's
own table at times of the past, `clocks` reckons what was due, `rows` writes. `leaving` exports.
"""
