"""The till's door: bare RSGI, because a framework's routing costs more than the decision (docs/measured.md)."""
