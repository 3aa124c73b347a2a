"""`tickworks new-service`: a first service of one's own, with a test that passes."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from actors.catalogue import PROFILES, names
from domain.time.problems import period_problems
from web.acts.refusal import Refusal

PATTERN = re.compile(r"[a-z_][a-z0-9_]{0,63}")

SERVICE = Template('''\
"""$title: say in one sentence what it does."""

from __future__ import annotations

from dataclasses import dataclass

from actors import Context, Outcome, Periodic, service


@dataclass(frozen=True)
class Options:
    """What an operator may change live."""

    batch: int = 100


@service(title="$title", schedule=Periodic(minutes=$every), options=Options)
def $name(context: Context, options: Options) -> Outcome:
    done = 0
    for item in range(options.batch):
        if context.stopping():
            return Outcome.partial(done=done)
        # The work on one item goes here.
        done = item + 1
        context.progress(done, options.batch)
    return Outcome.done(done=done)
''')

TEST = Template('''\
"""Does $title do its work, and stop when it is asked to?"""

from __future__ import annotations

from actors.service import call
from actors.testing import testing_context

from $name import Options, $name


def test_it_works_off_its_batch() -> None:
    context = testing_context($name)
    outcome = call($name, context, Options(batch=3))
    assert outcome is not None
    assert (outcome.kind, outcome.counts["done"]) == ("done", 3)
    assert context.ports.progressed[-1] == (3, 3)


def test_it_stops_when_it_is_asked_to() -> None:
    context = testing_context($name)
    context.ports.stop = "drain"
    outcome = call($name, context, Options(batch=3))
    assert outcome is not None
    assert (outcome.kind, outcome.counts["done"]) == ("partial", 0)
''')


def new_service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="a-z, 0-9 and _; it is kept for ever.")],
    folder: Annotated[
        Path, typer.Option("--folder", help="Where to write it: beside tickworks.toml.")
    ] = Path(),
    every: Annotated[int, typer.Option("--every", metavar="MINUTES", help="Its period.")] = 5,
) -> None:
    """Write a small service of your own and its test, and say how to switch it on."""
    _check(name, every)
    title = name.replace("_", " ").strip().capitalize()
    values = {"name": name, "title": title, "every": str(every)}
    texts = {f"{name}.py": SERVICE, f"test_{name}.py": TEST}
    for file in texts:
        if (folder / file).exists():
            raise Refusal("exists", f"{folder / file} exists already: choose another name or folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, template in texts.items():
            (folder / file).write_text(template.substitute(values), "utf-8")
    except OSError as error:
        raise Refusal("bad_value", f"{folder} cannot be written: {error.strerror}") from None
    for file in texts:
        typer.echo(f"wrote {folder / file}")
    typer.echo("\nAdd to tickworks.toml, in the same folder:\n")
    typer.echo(f'[catalogue]\nmodules = ["{name}"]\n')
    typer.echo(f"Then: pytest test_{name}.py, tickworks up, tickworks run {name} --wait")


def _check(name: str, every: int) -> None:
    """Raises Refusal (bad_value)."""
    if not PATTERN.fullmatch(name) or keyword.iskeyword(name):
        raise Refusal("bad_value", f"{name!r}: a name is 1 to 64 of a-z, 0-9 and _, and no word of Python")
    if problems := period_problems(every, 0):
        raise Refusal("bad_value", f"--every: {problems[0]}")
    taken = {each: profile for profile in PROFILES for each in names(profile)}
    if name in taken:
        raise Refusal(
            "bad_value", f"{name} is a service of Tickworks already (profile {taken[name]}): choose another"
        )
