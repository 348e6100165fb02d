"""The till's decision: what a purchase, a return or a question at the register comes to.

``decide`` and ``returning`` are pure; ``writer`` groups decisions into durable commits and
acknowledges only after them. This room sees handles and keyed indexes, never a person.
"""
