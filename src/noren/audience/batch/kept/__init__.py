"""The kept history: purchases sorted for asking, so that a condition touches only the lines that it speaks of.

This room promises the same answers as the statement over whole tables, to the last member, whatever was added
late, taken back or moved to another member since; that a history which a crash left behind is the one before or
the one after; and that an index that does not fit a filter is not used for it. Its parts hold numbers of members; the
texts stand in one file beside them, from which ``compact`` takes who left. It is no purpose of its own: what it keeps
dies with the history it was made from.
"""
