"""The ledger and the lake: purchases, points and standing of members known only by their handles.

This room promises that what it acknowledged is stored, that points are neither made nor
lost, and that history reaches the lake exactly once. It never sees a name, an address, a
contact or a card number: cards arrive as keyed indexes.
"""
