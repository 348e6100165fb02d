"""Who takes part and under which agreement: companies, shops, their terminals, shops handling member information.

It holds no person: no member, no card, no purchase. Every other room may read it.
"""
