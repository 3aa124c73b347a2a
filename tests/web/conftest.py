"""The application and its visitors."""

from __future__ import annotations

from tests.support.visitors import application

__all__ = ["application"]
