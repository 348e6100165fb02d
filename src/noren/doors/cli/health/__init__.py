"""What ``noren doctor`` looks at. Each look gives findings: what was seen, and what to do about it.

No store is opened and no key is read: files are looked at from outside, zones are asked.
"""
