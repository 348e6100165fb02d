"""Provision: the minimum extract for a company, under its own pseudonyms, sealed to it, leased and recorded.

Nothing leaves without a ``Cleared`` of its flow, asked again at the last instant; members' stops and
missing consents take their rows out. A company sees purchases at its own shops as the flow's items
say; of other companies' shops at most sums by month and department, and only in joint use: no
company's sales are shown to another. What is sensitive stays out unless the flow says so. This room
stands on the ledger side: it knows handles and no name; what it hands out bears no handle.
"""
