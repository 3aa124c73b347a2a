"""A workflow that cannot be kept as it is."""

from __future__ import annotations


class WorkflowProblem(ValueError):
    """One line: which part of the workflow is wrong, and what it should be."""
