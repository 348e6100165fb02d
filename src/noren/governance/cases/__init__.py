"""Cases: leakages and other incidents, and what authorities ask for, each with its clock, its steps and its approvals.

A case is what its steps make it: a step is added and never changed, so that who did what, and
when, stays. Nothing in a case is of a member: how many and which items, never who.
"""
