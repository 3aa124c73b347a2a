"""Does a site's own module add its services, and is each mistake in it told in one line?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actors.catalogue import CatalogueError, load

HEADER = "from actors import Context, Periodic, service\n"
Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """``write(name, text)`` puts a module on the path and answers with its name."""
    monkeypatch.syspath_prepend(tmp_path)
    written = []

    def write_module(name: str, text: str) -> str:
        (tmp_path / f"{name}.py").write_text(text)
        written.append(name)
        return name

    yield write_module
    for name in written:
        sys.modules.pop(name, None)


def test_every_service_of_the_module_is_added(write: Write) -> None:
    module = write(
        "site_services",
        HEADER
        + "@service(schedule=Periodic(minutes=5))\n"
        + "def greet(context: Context) -> None:\n    '''Says hello.'''\n"
        + "@service(title='Part')\ndef leave(context: Context) -> None: ...\n",
    )

    catalogue = load([], [module])

    assert catalogue["greet"].summary == "Says hello."
    assert catalogue["greet"].origin == catalogue["leave"].origin == "site_services"
    assert len(catalogue) == len(load([])) + 2


def test_the_list_of_services_is_added_once(write: Write) -> None:
    module = write(
        "site_listed",
        HEADER
        + "def make(name):\n    return service(name=name)(lambda context: None)\n"
        + "one = make('one')\nSERVICES = [one, make('two')]\n",
    )

    catalogue = load([], [module])

    assert {name for name in catalogue if catalogue[name].origin == "site_listed"} == {"one", "two"}


def test_a_service_that_two_modules_show_is_added_once(write: Write) -> None:
    first = write("site_first", HEADER + "@service()\ndef shared(context: Context) -> None: ...\n")
    second = write(
        "site_second", HEADER + "from site_first import shared\nown = service(name='own')(print)\n"
    )

    catalogue = load([], [first, second])

    assert catalogue["shared"].origin == "site_first"


def test_a_module_with_one_service_describes_it(write: Write) -> None:
    module = write(
        "site_described",
        '"""Counts sheep."""\n' + HEADER + "s = service(name='sheep')(lambda context: None)\n",
    )

    assert load([], [module])["sheep"].summary == "Counts sheep."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "",
            "it has no service; "
            "put @service() above a function, or take the module out of [catalogue] modules",
        ),
        (
            "import no_such_library\n",
            "it cannot be imported: No module named 'no_such_library' (site_bad.py, line 1)",
        ),
        ("\n1 / 0\n", "it cannot be imported: division by zero (site_bad.py, line 2)"),
        ("raise RuntimeError\n", "it cannot be imported: RuntimeError (site_bad.py, line 1)"),
        ("raise SystemExit('two\\nlines')\n", "it cannot be imported: two lines (site_bad.py, line 1)"),
        ("def broken(:\n", "it cannot be imported: invalid syntax (site_bad.py, line 1)"),
        ("SERVICES = [len]\n", "<built-in function len> in SERVICES is no service: put @service() above it"),
        ("SERVICES = {'a': 1}\n", "SERVICES is no list of services: {'a': 1}"),
        (
            HEADER + "@service(priority=11)\ndef loud(context): ...\n",
            "it cannot be imported: "
            "service loud: priority: expected 0 (first) to 10, got 11 (site_bad.py, line 2)",
        ),
        (
            HEADER + "@service()\ndef cleaner(context): ...\n",
            "the name cleaner belongs to Tickworks (profile core); choose another",
        ),
        (
            HEADER + "@service()\ndef calculator(context): ...\n",
            "the name calculator belongs to Tickworks (profile voice); choose another",
        ),
        (
            HEADER + "a = service(name='same')(print)\nb = service(name='same')(print)\n",
            "the name same belongs to site_bad; choose another",
        ),
        (
            HEADER + "@service(profile='bilings')\ndef own(context): ...\n",
            "own: there is no profile 'bilings': did you mean billing?",
        ),
    ],
    ids=lambda value: "",
)
def test_a_mistake_is_told_in_one_line(write: Write, text: str, line: str) -> None:
    module = write("site_bad", text)

    with pytest.raises(CatalogueError) as caught:
        load([], [module])

    assert str(caught.value) == f"site_bad: {line}"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "no_such_site",
            "there is no such module on the Python path; write it, or correct [catalogue] modules",
        ),
        ("no_such_site.jobs", "there is no such module on the Python path"),
        ("no_such_site.py", "this is a file name; give the module's name, without .py"),
    ],
)
def test_a_module_that_is_not_there_says_what_to_do(name: str, line: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load([], [name])
    assert str(caught.value).startswith(f"{name}: {line}")


def test_all_problems_of_all_modules_come_at_once(write: Write) -> None:
    empty = write("site_empty", "")
    broken = write("site_broken", "1 / 0\n")
    first = write("site_one", HEADER + "@service()\ndef twice(context): ...\n")
    second = write("site_two", HEADER + "@service()\ndef twice(context): ...\n")

    with pytest.raises(CatalogueError) as caught:
        load(["nonsense"], [empty, broken, first, second, "no_such_site"])

    told = [problem.split(":")[0] for problem in caught.value.problems]
    assert told[0].startswith("there is no profile 'nonsense'")
    assert sorted(told[1:]) == ["no_such_site", "site_broken", "site_empty", "site_two"]
