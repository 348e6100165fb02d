"""The condition language: one text, one tree, one canonical JSON, one sentence per language and register.

This room promises that a tree that can be built means something, that text, tree and JSON say the
same, and that whatever it refuses it explains, with its place, in Japanese and English. It holds
no member and reads no store: names that exist come in by a port.
"""

from noren.audience.language.canonical import from_json, to_json, to_text
from noren.audience.language.nodes import Condition
from noren.audience.language.parsing import parse
from noren.audience.language.problems import Problem, Refused

__all__ = ["Condition", "Problem", "Refused", "from_json", "parse", "to_json", "to_text"]
