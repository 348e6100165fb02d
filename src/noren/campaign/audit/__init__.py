"""The audit of a campaign: its papers, its leaves, each draw again, and the condition again for every purchase.

Everything is recomputed from what the ledger has and held against what the side's log said at the time. It reads and
writes nothing back; whoever asks is told what does not fit, by draws' and purchases' numbers, and no member.
"""
