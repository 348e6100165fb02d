"""``noren log`` and ``noren evidence``: each side's audit log, read by a process of that side's own."""
