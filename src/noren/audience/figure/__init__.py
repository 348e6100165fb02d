"""The private figure: how many people about, told so that no one of them can be told from it.

This room promises that noise is drawn once per question and day and kept, that its cost is durable
before it leaves, and that only the noisy value is ever compared, rounded and shown.
"""
