"""What was announced: the store of dated documents, and the rules by which a version may be added to it.

A version is announced first and takes effect then; it is never changed and never deleted, so the register as it was
at an instant stays what it was. It holds no member. Only the desk adds to it; every other zone reads.
"""
