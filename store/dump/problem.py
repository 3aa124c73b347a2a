"""Why a copy of the database could not be made, read or loaded."""


class DumpProblem(Exception):
    """The text says what happened and what to do; it holds no password."""
