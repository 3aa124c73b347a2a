"""Files that an agent sends with an answer: how many, how large, and under which names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from domain.mail.draft import LARGEST_KEPT
from domain.mail.problem import MailProblem
from domain.mail_in.files import File, safe_name, safe_type

MOST = 10
#: Bytes of one, and of all together; in a mail they take 37 % more.
LARGEST = LARGEST_KEPT
LARGEST_TOGETHER = 15 * 2**20
#: These would be parsed as parts of our own mail, not handed over as files.
_STRUCTURES = ("message/", "multipart/")


def handed_in(given: Sequence[File], size_limit: int) -> tuple[File, ...]:
    """The same with names and media types that are safe to send. `size_limit`: bytes of one whole mail.

    Raises MailProblem with one line that names the file and the limit.
    """
    if len(given) > MOST:
        raise MailProblem(f"files: at most {MOST}, got {len(given)}")
    found = []
    for number, each in enumerate(given, 1):
        name, size = safe_name(each.name, number), len(each.content)
        if not size:
            raise MailProblem(f"file {name}: it is empty")
        if size > LARGEST:
            raise MailProblem(f"file {name}: {_mb(size)} MB; at most {_mb(LARGEST)} MB")
        media_type = safe_type(each.media_type)
        if media_type.startswith(_STRUCTURES):
            media_type = "application/octet-stream"
        found.append(File(name, media_type, each.content))
    together = sum(len(each.content) for each in found)
    most = min(LARGEST_TOGETHER, size_limit * 7 // 10)
    if together > most:
        raise MailProblem(f"files: {_mb(together)} MB together; at most {_mb(most)} MB in one mail")
    return tuple(found)


def _mb(size: int) -> str:
    # Rounded up, so that what is a byte too large does not read like the limit itself.
    return f"{math.ceil(size * 10 / 2**20) / 10:g}"
