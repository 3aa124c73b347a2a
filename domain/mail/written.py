"""Texts that users write with a few fields in them: ``Dear {{ name | default("customer") }}``.

Jinja2's sandbox, and of its language only what a letter needs: fields, ``if``, comparisons and some filters.
No loops, calls or attributes of Python objects, so that a text can neither compute for ever nor reach out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from domain.mail.problem import MailProblem

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("capitalize", "default", "join", "length", "lower", "round", "title", "tojson", "trim", "upper")
#: The parts of Jinja2's language that a text may have.
_ALLOWED = (
    *("Template", "Output", "TemplateData", "Name", "Const", "If", "CondExpr", "Filter", "Test", "Compare"),
    *("Operand", "And", "Or", "Not", "Getattr", "Getitem", "Concat", "Keyword", "Neg"),
)
_TESTS = ("defined", "undefined", "none", "string", "number", "in", "sequence", "mapping")
LONGEST = 100_000


def check(field: str, text: str, names: Collection[str], tables: Collection[str] = ()) -> None:
    """Raise MailProblem for a text that cannot be filled in: field, line, and what is wrong there.

    `names` are the fields that there are; of those in `tables` parts may be named (``data.amount``).
    """
    from jinja2 import TemplateSyntaxError, nodes

    if len(text) > LONGEST:
        raise MailProblem(f"{field}: {len(text)} characters; at most {LONGEST}")
    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        raise MailProblem(f"{field}, line {error.lineno}: {error.message}") from None
    for node in tree.find_all(nodes.Node):
        if problem := _problem(node, names, tables):
            raise MailProblem(f"{field}, line {node.lineno}: {problem}")


def fill(field: str, text: str, values: Mapping[str, Any]) -> str:
    """The text with these values, which are never read as templates. Raises MailProblem."""
    from jinja2 import TemplateError

    try:
        return _compiled(text).render(values)  # type: ignore[no-any-return]
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise MailProblem(f"{field}: it cannot be filled in: {error}") from None


def only_json(field: str, text: str) -> bool:
    """Whether every field of the text goes out as JSON, by the filter ``tojson``. Raises MailProblem."""
    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        raise MailProblem(f"{field}, line {error.lineno}: {error.message}") from None
    return all(
        isinstance(part, nodes.TemplateData) or (isinstance(part, nodes.Filter) and part.name == "tojson")
        for output in tree.find_all(nodes.Output)
        for part in output.nodes
    )


def _problem(node: nodes.Node, names: Collection[str], tables: Collection[str]) -> str | None:
    from jinja2 import nodes

    kind = type(node).__name__
    if kind not in _ALLOWED:
        return f"{kind.lower()} is not allowed; a text has fields, if and filters"
    if isinstance(node, nodes.Name) and node.name not in names:
        return f"there is no field {node.name!r}; there are {', '.join(sorted(names))}"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"there is no filter {node.name!r}; there are {', '.join(FILTERS)}"
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        return f"there is no test {node.name!r}; there are {', '.join(_TESTS)}"
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            return "the part of a field is named by a word"
        root: nodes.Node = node
        while isinstance(root, nodes.Getattr | nodes.Getitem):
            root = root.node
        if not (isinstance(root, nodes.Name) and root.name in tables):
            known = ", ".join(sorted(tables)) or "none"
            return f"parts can be named of these fields only: {known}"
    return None


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Tables(ImmutableSandboxedEnvironment):
        """A part of a field is an entry of a table, never an attribute of an object."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if isinstance(obj, Mapping) and attribute in obj:
                return obj[attribute]
            # What an event does not have is an empty text; a part of it as well.
            return obj if isinstance(obj, Undefined) else self.undefined(obj=obj, name=attribute)

        def getitem(self, obj: Any, argument: Any) -> Any:
            if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
                return obj[argument]
            return self.getattr(obj, argument)

    # A letter is plain text: nothing in it is HTML.
    return Tables(autoescape=False, keep_trailing_newline=True)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Any:
    return _environment().from_string(text)
