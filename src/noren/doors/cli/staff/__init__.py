"""``noren staff``: accounts of who works here, signing in, what waits for others' approval."""
