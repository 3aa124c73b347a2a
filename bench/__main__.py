"""`make bench`: measure all workloads or those named, keep the results, write docs/benchmarks.md.

The README's table is written with it.
``python -m bench [NAME …] [--only SYSTEM …] [--rounds N] [--size NAME=VALUE …] [--tiny]``, or ``--page`` to
write the page alone. Ctrl-C keeps the workloads that are complete.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import machine, overview, result, runner, written
from bench.aims import AIMS
from bench.every import WORKLOADS
from bench.result import FOLDER
from bench.servers import Servers
from bench.workload import TINY, Size, Workload

#: Where figures of `--tiny` go: they mean nothing, and must not be taken for real ones.
TINY_FOLDER = written.PAGE.parent.parent / "var" / "bench" / "tiny"


def main(words: Sequence[str]) -> int:
    """Measure and write; 2 for a name that is none."""
    given = _read(words)
    known = {each.name: each for each in WORKLOADS}
    if unknown := [name for name in given.names if name not in known]:
        print(f"no benchmark {', '.join(unknown)}: expected {', '.join(known)}")
        return 2
    try:
        size = (TINY if given.tiny else Size()).changed(given.size)
        written.read_reasons()
    except ValueError as error:
        print(error)
        return 2
    folder = TINY_FOLDER if given.tiny else FOLDER
    page = folder / "benchmarks.md" if given.tiny else written.PAGE
    failed: list[str] = []
    try:
        if not given.page:
            _measure([known[name] for name in given.names or known], given, size, folder, failed)
    finally:
        _write(folder, page)
    if failed:
        print(f"failed: {', '.join(failed)}; see above")
    return 1 if failed else 0


def _measure(
    workloads: Sequence[Workload], given: argparse.Namespace, size: Size, folder: Path, failed: list[str]
) -> None:
    here = machine.described()
    with Servers() as servers:
        for workload in workloads:
            print(f"── {workload.title}", flush=True)
            rounds = given.rounds or (1 if given.tiny else workload.rounds)
            try:
                new = runner.measure(workload, servers, size, here, rounds=rounds, only=given.only, say=_say)
            except Exception as error:  # the others are still worth their hours
                print(f"{workload.name}: {runner.shortly(error)}", flush=True)
                failed.append(workload.name)
                continue
            result.save(result.merged(result.load(workload.name, folder), new), folder)


def _say(line: str) -> None:
    print(line, flush=True)


def _write(folder: Path, page: Path) -> None:
    known = {each.name: found for each in WORKLOADS if (found := result.load(each.name, folder))}
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(written.page(WORKLOADS, known), encoding="utf-8")
    if page == written.PAGE:
        readme = overview.README.read_text(encoding="utf-8")
        overview.README.write_text(overview.with_figures(readme, known), encoding="utf-8")
    reasons = written.read_reasons()
    missed = [aim.key for aim in AIMS if aim.met(known) is False]
    print(f"written: {page}; aims missed: {len(missed)}")
    for key in missed:
        if key not in reasons:
            print(f"  {key}: give its reason in {written.REASONS}")


def _read(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(each.name for each in WORKLOADS))
    parser.add_argument("--only", action="append", default=[], metavar="SYSTEM", help="names that begin so")
    parser.add_argument("--rounds", type=int, default=0, help="of each; else what the workload says")
    parser.add_argument("--size", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--tiny", action="store_true", help="try it; results go to var/bench/tiny")
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    return parser.parse_args(words)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
