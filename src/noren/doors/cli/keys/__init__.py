"""``noren keys``: what keys there are, and their rotation.

This process holds none of them: the keeper of each side changes its files, the zones move
what rests on them, each asked through its own door.
"""
