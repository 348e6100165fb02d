"""What a condition that reads well may still get wrong: names, logic, and what the programme does not allow.

This room promises that it only warns or refuses: it never changes a condition. It knows the
programme's names, its sensitive classes and its horizon by what is handed in.
"""

from noren.audience.language.review.cost import cost_of
from noren.audience.language.review.reviewing import Review, review
from noren.audience.language.review.surroundings import Names, Surroundings

__all__ = ["Names", "Review", "Surroundings", "cost_of", "review"]
