"""Conditions said aloud: Japanese for staff, Japanese for members, English.

This room promises that a sentence says all that its condition says: each window, each measure's
unit, and where somebody without a purchase is meant too.
"""

from noren.audience.language.speech.sentence import goods_said, sentence
from noren.audience.language.speech.wording import Register, Vocabulary, Wording

__all__ = ["Register", "Vocabulary", "Wording", "goods_said", "sentence"]
