"""Revisions of the vault store: members, contacts, cards, all sealed."""
