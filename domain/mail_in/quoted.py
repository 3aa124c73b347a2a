"""What somebody wrote now, apart from what was quoted and signed.

Nothing is thrown away: the rest is kept beside it. Answers between quoted lines stay whole.
"""

from __future__ import annotations

import re

#: Stands in our own mails above everything else: what is below is ours.
MARK = "-- Please write your answer above this line --"
_WROTE = re.compile(
    r"(on|am|le|el|il|op|den|dnia|em)\b.{3,200}\b(wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|"
    r"napisał(?:\(a\))?|escreveu)\s*.{0,80}:",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(r"-{2,}\s*(original message|ursprüngliche nachricht|message d'origine)\s*-{2,}", re.I)
_HEAD = re.compile(r"(from|von|de|da):\s", re.IGNORECASE)
_SENT = re.compile(r"(sent|gesendet|date|datum|envoyé|enviado|inviato):\s", re.IGNORECASE)
#: Lines that are looked at: a mail of many lines is not gone through in all ways.
MOST_LINES = 5_000


def split(text: str) -> tuple[str, str]:
    """(what was written now, what was quoted or signed)."""
    lines = text.split("\n")
    at = min(_quote_at(lines), _signature_at(lines))
    return "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip()


def _quote_at(lines: list[str]) -> int:
    for number, line in enumerate(lines[:MOST_LINES]):
        bare = line.strip()
        if not bare:
            continue
        if MARK in bare or _ORIGINAL.fullmatch(bare):
            return number
        two = f"{bare} {lines[number + 1].strip()}" if number + 1 < len(lines) else bare
        if _WROTE.fullmatch(bare) or (len(two) < 300 and _WROTE.fullmatch(two)):
            return number
        if _HEAD.match(bare) and any(_SENT.match(each.strip()) for each in lines[number + 1 : number + 4]):
            return number
        if bare.startswith(">") and all(_is_quote(each) for each in lines[number:]):
            return number
    return len(lines)


def _signature_at(lines: list[str]) -> int:
    for number, line in enumerate(lines[:MOST_LINES]):
        if line in ("-- ", "--"):
            return number
    return len(lines)


def _is_quote(line: str) -> bool:
    bare = line.strip()
    return not bare or bare.startswith(">")
