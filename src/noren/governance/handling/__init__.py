"""How we handle your data: questions and answers made of the live register and settings, and of nothing else.

No sentence here says what is not so: an answer names the companies, items, purposes and terms that
are in force at its instant, and where something is not done it says that it is not done. What the
page said at any earlier instant is made of the same documents, so versions and differences are too.
"""
