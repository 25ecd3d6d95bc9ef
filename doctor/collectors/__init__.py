"""How to look: each collector reads one kind of thing and returns evidence, or the reason why there is none.

Collectors never judge. Whatever looks like a decision about right and wrong belongs to a check.
"""
