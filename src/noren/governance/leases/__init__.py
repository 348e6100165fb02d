"""Copies as leases: what leaves its store is registered with owner, purpose, items and the instant of its end.

A copy is sealed under a key of its own, which stands in the census of its side, wrapped under a
key of the zone that made it. At its end the key goes first, then the bytes: what a backup or a
disk still holds of the file opens for nobody. A copy that was given to another company is ended
by that company's own signed word; one that is overdue raises an alarm. The census says nothing
of a person: it holds numbers, names of items and dates.
"""
