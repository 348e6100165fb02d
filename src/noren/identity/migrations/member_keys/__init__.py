"""Revisions of the member-key store."""
