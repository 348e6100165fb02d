"""Published language of every room: identifiers, clocks, key rings, sealing, texts. No I/O, no framework.

Whatever stands here may be imported anywhere, so it holds no rule of any one context
and no secret: keys are handed in.
"""
