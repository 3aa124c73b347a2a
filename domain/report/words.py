"""The parts of a report as people type them: ``state=failed,lost``, ``id,service``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.report.query import ReportProblem


def filters(texts: Iterable[str], period: str = "") -> dict[str, Any]:
    """The filters of texts such as ``state=failed,lost``; the same name twice adds words.

    Raises ReportProblem.
    """
    read: dict[str, Any] = {"period": period.strip()} if period.strip() else {}
    for text in texts:
        name, is_there, value = (part.strip() for part in text.partition("="))
        if not is_there:
            raise ReportProblem(f"filter: expected NAME=VALUE such as state=failed, got {text!r}")
        read[name] = value if name == "period" else [*read.get(name, []), *listed(value)]
    return read


def listed(text: str) -> list[str]:
    """The words of ``a, b``; none of an empty text."""
    return [word.strip() for word in text.split(",") if word.strip()]
