"""Days on which the clocks of the world did something odd: (zone, a UTC date near it)."""

from __future__ import annotations

HOUR_SHIFTS = [
    ("Europe/Paris", "2027-03-28"),
    ("Europe/Paris", "2027-10-31"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("America/Scoresbysund", "2025-03-30"),
    ("America/Scoresbysund", "2025-10-26"),
]
HALF_HOUR_SHIFTS = [("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04")]
NO_SHIFTS = [("UTC", "2026-03-29"), ("Asia/Kathmandu", "2026-06-01"), ("Asia/Kolkata", "2026-06-01")]
ABSENT_MIDNIGHTS = [
    ("America/Asuncion", "2023-10-01"),
    ("Africa/Cairo", "2026-04-24"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("Asia/Beirut", "2026-03-29"),
]
DOUBLED_MIDNIGHTS = [
    ("America/Havana", "2026-11-01"),
    ("Atlantic/Azores", "2026-10-25"),
    ("America/Sao_Paulo", "2019-02-17"),
    ("America/St_Johns", "2010-11-07"),
]
# The date line moved, a quarter hour came back (Kathmandu), a zone left odd seconds behind (Monrovia).
ODD = [
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Kwajalein", "1993-08-21"),
    ("America/St_Johns", "2010-03-14"),
    ("Asia/Kathmandu", "1986-01-01"),
    ("Africa/Monrovia", "1972-01-07"),
    ("Antarctica/Troll", "2026-03-29"),
    ("Antarctica/Troll", "2026-10-25"),
]
ALL = HOUR_SHIFTS + HALF_HOUR_SHIFTS + NO_SHIFTS + ABSENT_MIDNIGHTS + DOUBLED_MIDNIGHTS + ODD
