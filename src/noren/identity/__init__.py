"""The vault: who members are, sealed field by field under a key of each member's own.

This room promises that nothing a thief could read stands in its files, that a person is found
only by a keyed index of her member number or card, and that her fields die with her key. It
never sees a purchase, an audience, a campaign or a handle.
"""
