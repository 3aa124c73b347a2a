"""A code deck that is made up: real country codes (ITU-T E.164), and below them areas that nobody has.

The same seed gives the same codes, so that calls which are made up elsewhere find them.
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import NamedTuple

#: Code, name and ISO 3166 letters; the larger the number, the more of the calls go there.
COUNTRIES: tuple[tuple[str, str, str, int], ...] = (
    ("1", "United States", "US", 12),
    ("20", "Egypt", "EG", 2),
    ("212", "Morocco", "MA", 2),
    ("213", "Algeria", "DZ", 1),
    ("216", "Tunisia", "TN", 1),
    ("234", "Nigeria", "NG", 3),
    ("254", "Kenya", "KE", 1),
    ("27", "South Africa", "ZA", 2),
    ("30", "Greece", "GR", 2),
    ("31", "Netherlands", "NL", 4),
    ("32", "Belgium", "BE", 3),
    ("33", "France", "FR", 8),
    ("34", "Spain", "ES", 6),
    ("351", "Portugal", "PT", 2),
    ("353", "Ireland", "IE", 2),
    ("358", "Finland", "FI", 1),
    ("359", "Bulgaria", "BG", 1),
    ("36", "Hungary", "HU", 1),
    ("370", "Lithuania", "LT", 1),
    ("380", "Ukraine", "UA", 3),
    ("385", "Croatia", "HR", 1),
    ("39", "Italy", "IT", 6),
    ("40", "Romania", "RO", 2),
    ("41", "Switzerland", "CH", 4),
    ("420", "Czechia", "CZ", 2),
    ("43", "Austria", "AT", 4),
    ("44", "United Kingdom", "GB", 14),
    ("45", "Denmark", "DK", 2),
    ("46", "Sweden", "SE", 3),
    ("47", "Norway", "NO", 2),
    ("48", "Poland", "PL", 4),
    ("49", "Germany", "DE", 16),
    ("52", "Mexico", "MX", 3),
    ("54", "Argentina", "AR", 2),
    ("55", "Brazil", "BR", 4),
    ("57", "Colombia", "CO", 1),
    ("60", "Malaysia", "MY", 1),
    ("61", "Australia", "AU", 3),
    ("62", "Indonesia", "ID", 2),
    ("63", "Philippines", "PH", 3),
    ("65", "Singapore", "SG", 2),
    ("66", "Thailand", "TH", 2),
    ("81", "Japan", "JP", 3),
    ("82", "South Korea", "KR", 2),
    ("84", "Vietnam", "VN", 2),
    ("86", "China", "CN", 4),
    ("880", "Bangladesh", "BD", 2),
    ("90", "Turkey", "TR", 4),
    ("91", "India", "IN", 8),
    ("92", "Pakistan", "PK", 3),
    ("94", "Sri Lanka", "LK", 1),
    ("971", "United Arab Emirates", "AE", 3),
    ("972", "Israel", "IL", 2),
)
COUNT = 20_000
SEED = 7


class Code(NamedTuple):
    """What numbers begin with, what it is called, and whether it is a mobile network."""

    code: str
    title: str
    country: str
    mobile: bool


@lru_cache(1)
def deck(count: int = COUNT, seed: int = SEED) -> tuple[Code, ...]:
    """At least so many codes by code: each country, and areas and mobile networks below it."""
    rng = random.Random(seed)
    found: dict[str, Code] = {}
    each = -(-(count - len(COUNTRIES)) // len(COUNTRIES))
    for code, name, letters, _ in COUNTRIES:
        found[code] = Code(code, name, letters, False)
        below = 0
        while below < each:
            digits = rng.choice((2, 3, 3, 4, 4, 4))
            own = f"{code}{rng.randrange(10 ** (digits - 1), 10**digits)}"
            if own in found:
                continue
            mobile = rng.random() < 0.2
            kind = "mobile" if mobile else "area"
            found[own] = Code(own, f"{name}, {kind} {own[len(code) :]}", letters, mobile)
            below += 1
    return tuple(found[code] for code in sorted(found))
