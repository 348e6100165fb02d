"""Disclosure (art. 33): what one side holds of a member, as a document that she takes with her.

Two documents, each made, signed and sealed by its own side; nothing of ours ever holds both in clear.
"""
