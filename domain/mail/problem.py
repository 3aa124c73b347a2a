"""A mail that cannot be sent as it is."""

from __future__ import annotations


class MailProblem(ValueError):
    """One line: which part of the mail is wrong, and what it should be. Trying again does not help."""
