"""Rules of member tiers: read strictly, published by two persons with notice, and told in words.

What tiers are worked out from is the ledger's (``noren.activity.tiers``). Here is no member, and nothing lists any.
"""
