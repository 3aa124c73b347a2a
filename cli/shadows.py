"""Whether another installed distribution hides one of our packages (they have plain names)."""

from __future__ import annotations

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

OURS = (
    "actors", "backends", "broker", "cli", "config", "coordinator",
    "domain", "metrics", "node", "schedules", "store", "web",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent


def shadows() -> list[str]:
    """A line for each package that another distribution has too, or that comes from another place."""
    known = packages_distributions()
    found = []
    for name in OURS:
        others = sorted({each for each in known.get(name, []) if each.lower() != "tickworks"})
        if others:
            found.append(
                f"{' and '.join(others)} installs a package named {name} too: uninstall it, "
                "or give Tickworks an environment of its own"
            )
        elif (place := _place(name)) is not None and place != ROOT / name:
            found.append(
                f"the package {name} comes from {place}: start Tickworks in another folder, or rename it"
            )
    return found


def _place(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).resolve()
