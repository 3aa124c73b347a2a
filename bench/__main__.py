"""Every benchmark, or those named: ``python -m bench page``. Prints a table of figures and aims."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import browser, engine, metrics, page

#: Name -> what gives (what, figure, aim) of each of its figures.
ALL: dict[str, Callable[[], list[tuple[str, str, str]]]] = {
    "engine": engine.main,
    "page": page.main,
    "browser": browser.main,
    "metrics": metrics.main,
}


def main(words: list[str]) -> int:
    """Measure; 2 for a name that is none."""
    if unknown := [word for word in words if word not in ALL]:
        print(f"no benchmark {', '.join(unknown)}: expected {', '.join(ALL)}")
        return 2
    for name in words or ALL:
        print(f"── {name}", flush=True)
        for what, figure, aim in ALL[name]():
            print(f"{what:55} {figure:35} aim {aim}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
