"""What may stand in a header field: one line, so that nobody adds fields or recipients of his own."""

from __future__ import annotations

import re

from domain.mail.problem import MailProblem

#: Characters of a subject, a file name, an address; longer ones are mistakes or attacks.
LONGEST = 500

# Besides CR and LF, what some readers take for a line's end (vertical tab, NEL, LS, PS), and NUL.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def checked_line(field: str, text: str, longest: int = LONGEST) -> str:
    """The same text. Raises MailProblem for line ends and other control characters, and beyond `longest`."""
    if found := _CONTROL.search(text):
        raise MailProblem(
            f"{field}: a line break or control character (code {ord(found[0])}), place {found.start() + 1}; "
            "a header field is one line of plain text"
        )
    if len(text) > longest:
        raise MailProblem(f"{field}: {len(text)} characters; at most {longest}")
    return text
