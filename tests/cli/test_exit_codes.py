"""Is every refusal one clear line with the exit code of the contract, and no traceback?"""

from __future__ import annotations

import pytest

from tests.cli.conftest import Site

WRONG_USAGE = [
    (("nonsense",), "nonsense"),
    (("services", "--jason"), "--jason"),
    (("run", "adder", "--arg", "left"), "NAME=VALUE"),
    (("run", "adder", "--arg", "left=1", "--arg", "rigth=2"), "did you mean right?"),
    (("run", "adder"), "left is required"),
    (("run", "adder", "--arg", "left=many"), "valid integer"),
    (("run", "cleaner", "--arg", "depth=1"), "takes no arguments"),
    (("run", "stepper", "--step", "3"), "it has 1 to 2"),
    (("run", "stepper", "--step", "count sheep"), "did you mean 1 (Count the sheep)?"),
    (("priority", "adder", "11"), "0 (first) to 10"),
    (("priority", "adder", "-1"), "0 (first) to 10"),
    (("parallel", "adder", "0"), "from 1"),
    (("schedule", "adder", "--every", "0"), "1 to 60"),
    (("schedule", "adder", "--every", "61"), "1 to 60"),
    (("schedule", "adder", "--every", "5", "--align", "5"), "align"),
    (("schedule", "adder", "--at", "25:00"), "25:00"),
    (("schedule", "adder", "--at", ""), "times"),
    (("schedule", "adder", "--at", "05:00", "--zone", "Europe/Pariss"), "did you mean Europe/Paris?"),
    (("schedule", "adder", "--at", "05:00", "--days", "32"), "1 to 31"),
    (("schedule", "adder", "--at", "05:00", "--weekdays", "monday"), "did you mean mon?"),
    (("schedule", "adder", "--every", "5", "--at", "05:00"), "one of them"),
    (("schedule", "adder", "--misfire", "never"), "once or skip or all"),
    (("pause", "adder", "--until", "yesterday"), "30m"),
    (("pause", "adder", "--until", "2001-01-01T00:00:00Z"), "passed"),
    (("runs", "--state", "runing"), "did you mean running?"),
    (("site", "profile", "on", "biling"), "did you mean billing?"),
    (("site", "profile", "maybe", "billing"), "maybe"),
    (("logging", "off", "adder", "--for", "30m"), "logging on"),
]

REFUSED = [
    (("run", "watcher"), "is a daemon"),
    (("run", "sleeping"), "--even-if-disabled"),
    (("run", "needy"), "set moon.enabled"),
    (("run", "billing"), "tickworks site profile on billing"),
    (("run", "BillingWork"), "tickworks site profile on billing"),
    (("run", "bb_sync"), "not built yet"),
    (("run", "ADSyncWork"), "use SyncADUsersWork"),
    (("run", "everywhere"), "no node"),
    (("schedule", "watcher", "--every", "5"), "is a daemon"),
    (("enable", "bb_sync"), "not built yet"),
    (("parallel", "holder", "2"), "run groups"),
    (("site", "profile", "off", "core"), "always on"),
]

UNKNOWN = [
    (("run", "addre"), "did you mean adder?"),
    (("show", "addre"), "did you mean adder?"),
    (("enable", "adder", "addre"), "did you mean adder?"),
    (("run", "adder", "--arg", "left=1", "--node", "n9"), "'n9'"),
    (("runs", "--node", "n9"), "'n9'"),
    (("runs", "--service", "addre"), "did you mean adder?"),
    (("run-show", "77"), "77"),
    (("cancel", "77"), "77"),
    (("logs", "77"), "77"),
    (("logs", "99999999999999999999"), "99999999999999999999"),
    (("logs", "adder"), "never run"),
]


@pytest.mark.parametrize(
    ("words", "part", "code"),
    [
        *((*case, 2) for case in WRONG_USAGE),
        *((*case, 3) for case in REFUSED),
        *((*case, 4) for case in UNKNOWN),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_it_says_in_one_line_what_is_wrong(known: Site, words: tuple[str, ...], part: str, code: int) -> None:
    said = known.say(*words)
    assert (said.code, said.out) == (code, "")
    assert part in said.err
    assert said.err.startswith("error: ")
    assert len(said.err.splitlines()) == 1


def test_a_wrong_file_is_told_line_by_line(site: Site) -> None:
    site.file.write_text('[node]\nthreats = 8\nprocesses = 0\n[broker]\nurl = "amqp://u:geheim@h:x/"\n')
    said = site.say("services")
    assert said.code == 2
    assert len(said.err.splitlines()) == 3
    assert "did you mean threads?" in said.err
    assert "geheim" not in said.err


def test_a_missing_file_is_wrong_usage(site: Site) -> None:
    site.file.unlink()
    assert site.say("services").code == 2


def test_a_module_that_cannot_be_imported_is_told(site: Site) -> None:
    site.file.write_text('[catalogue]\nmodules = ["no_such_module"]\n')
    said = site.say("services")
    assert said.code == 2
    assert "no_such_module" in said.err


def test_nothing_is_made_where_nothing_has_run(site: Site) -> None:
    said = site.say("runs")
    assert said.code == 5
    assert "tickworks up" in said.err
    assert site.say("run", "addre").code == 4
    assert not (site.folder / "var").exists()


def test_a_database_that_does_not_answer_is_told_without_its_password(site: Site) -> None:
    site.file.write_text('[database]\nurl = "postgresql://me:geheim@127.0.0.1:1/x"\n')
    said = site.say("runs")
    assert said.code == 5
    assert "geheim" not in said.err
    assert said.err.startswith("error: database cannot be reached")


def test_without_a_command_it_says_so(site: Site) -> None:
    said = site.say()
    assert said.code == 2
    assert said.err.startswith("error: Missing command")
