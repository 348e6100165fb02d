"""Importing files: read, checked, shuffled, sent to the zone they belong to, reported.

Promises: a file read twice changes nothing; a reading that was interrupted goes on where it
stood; rows reach a zone in an order that says nothing of their order in the file (promises.md
P6 e). No store is opened here and no person's data is written but the rejects file.
"""
