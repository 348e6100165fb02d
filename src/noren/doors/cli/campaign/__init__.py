"""``noren campaign``: campaigns of the till, from the draft to the audit; the ledger-worker keeps them."""
