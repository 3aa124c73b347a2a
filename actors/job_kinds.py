"""The kinds of jobs that a site knows: ours, listed by profile, and those of its own modules.

A module declares them at its top level, or in a list named ``JOB_KINDS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType

from actors.catalogue import CatalogueError
from actors.job_kind import JobKind
from actors.user_modules import why_not_imported

#: Modules below `actors` that declare kinds, by profile; a profile that is off is not imported.
MODULES: Mapping[str, tuple[str, ...]] = {"hosting": ("directory_jobs.kinds",)}


class UnknownKind(LookupError):
    """No kind has this name; the text says which is nearest."""


def load(profiles: Iterable[str] = (), modules: Sequence[str] = ()) -> dict[str, JobKind]:
    """The kinds of these profiles and of the site's own modules, by name.

    Raises CatalogueError listing all problems at once.
    """
    found: dict[str, JobKind] = {}
    problems: list[str] = []
    ours = [f"actors.{path}" for profile in sorted(profiles) for path in MODULES.get(profile, ())]
    for name in dict.fromkeys([*ours, *modules]):
        try:
            declared = _declared(import_module(name))
        except Exception as error:
            problems.append(f"{name}: {why_not_imported(error)}")
            continue
        for kind in declared:
            if found.setdefault(kind.name, kind) is not kind:
                problems.append(f"{name}: the job kind {kind.name} is declared twice; choose another name")
    if problems:
        raise CatalogueError(problems)
    return dict(sorted(found.items()))


def find(kinds: Mapping[str, JobKind], name: str) -> JobKind:
    """The kind of this name. Raises UnknownKind."""
    if name in kinds:
        return kinds[name]
    near = get_close_matches(name.lower(), kinds, n=1)
    advice = f"did you mean {near[0]}?" if near else "see `tickworks jobs kinds`"
    raise UnknownKind(f"there is no kind of job {name!r}: {advice}")


def _declared(module: ModuleType) -> list[JobKind]:
    listed = getattr(module, "JOB_KINDS", ())
    every = [*vars(module).values(), *(listed if isinstance(listed, list | tuple) else ())]
    return list({id(each): each for each in every if isinstance(each, JobKind)}.values())
