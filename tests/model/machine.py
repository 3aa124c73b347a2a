"""The model: one random thing after the other happens to a random site, and the laws are checked.

A step takes plain numbers and picks by them from what there is, so that a failing example shrinks.
"""

from __future__ import annotations

from tests.model.asked import Asked
from tests.model.held import Held
from tests.model.operated import Operated
from tests.model.worked import Worked


class Model(Asked, Worked, Operated, Held):
    """All that can happen."""
