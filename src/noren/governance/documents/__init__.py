"""The register of dated documents: everything that counsel may change, each version with the instant it takes effect.

A document is a party, a purpose, an item, a notice, the member terms, a regime or a flow. It is announced first and
takes effect then; a version is never changed and never deleted, so the register as it was at an instant stays what
it was. It holds no member. Only the desk adds to it; every other zone reads.
"""
