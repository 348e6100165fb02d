"""The law as the system's own machinery: who takes part, what may flow to whom, under which notice, and until when.

It holds no person: no member, no card, no purchase. Every other room may read it.
"""
