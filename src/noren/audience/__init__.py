"""Audiences: who may get something, said without identifying anyone.

This room promises one meaning of a condition, whatever evaluates it, and that no operation lists
members. It never sees a name, an address, a contact or a card number.
"""
