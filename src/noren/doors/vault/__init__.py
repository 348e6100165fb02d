"""The vault's two doors: the inner one for the operator's imports and counters, and the member's sign-in.

The inner door is a Unix socket where every operation needs a pass. The sign-in is an origin of
its own in the browser; it shows a member who she is, masked, and hands her a one-use ticket to
her ledger door. Neither writes down an address, or a time finer than an hour.
"""
