"""The batch evaluator: any number of conditions over a history of purchases, in one pass.

This room promises that a condition means here what the language says, to the last member, whatever
engine runs the pass; that no line counts twice; and that what could not be known is refused, never
taken for false. It reads files of a laboratory; it never opens a programme's stores.
"""
