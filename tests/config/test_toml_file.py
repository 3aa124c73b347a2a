"""Which file is read, and what is said about one that is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.load import load
from config.problems import ConfigError

from .conftest import Load, Problems


def refused(path: Path | None = None, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, environ)
    (line,) = caught.value.problems
    return line


def test_the_option_goes_before_the_variable_and_the_variable_before_the_current_folder(folder: Path) -> None:
    for number, name in enumerate(("tickworks.toml", "named.toml", "option.toml"), 1):
        (folder / name).write_text(f"[node]\nthreads = {number}\n")
    named = {"TICKWORKS_CONFIG": "named.toml"}
    assert load(environ={}).node.threads == 1
    assert load(environ={"TICKWORKS_CONFIG": ""}).node.threads == 1
    assert load(environ=named).node.threads == 2
    assert load(Path("option.toml"), named).node.threads == 3


def test_a_file_that_was_asked_for_must_exist(folder: Path) -> None:
    assert refused(Path("a.toml")).startswith("--config: a.toml: no such file; create it")
    assert refused(TICKWORKS_CONFIG="b.toml").startswith("TICKWORKS_CONFIG: b.toml: no such file")
    (folder / "tickworks.toml").symlink_to("nowhere")
    assert refused().startswith("tickworks.toml: no such file")


def test_a_file_that_cannot_be_read_is_one_line(folder: Path) -> None:
    (folder / "latin.toml").write_bytes(b'[site]\nname = "M\xfcller"\n')
    (folder / "broken.toml").write_text("[node\n")
    (folder / "number.toml").write_text(f"x = {'9' * 5000}\n")
    assert refused(folder).endswith("cannot be read: Is a directory")
    assert refused(Path("latin.toml")) == "latin.toml: not UTF-8 text; save it as UTF-8"
    assert refused(Path("broken.toml")).startswith("broken.toml: not valid TOML: Expected ']'")
    assert refused(Path("number.toml")).startswith("number.toml: not valid TOML: ")


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    (folder / "tickworks.toml").write_text("[node]\nthreads = 5\n", "utf-8-sig")
    assert load(environ={}).node.threads == 5


def test_relative_paths_start_at_the_files_folder(folder: Path) -> None:
    (folder / "conf").mkdir()
    path = folder / "conf/site.toml"
    path.write_text('[logs]\ndir = "logs"\n[database]\nurl = "sqlite:///data/t.db"\n')
    settings = load(Path("conf/site.toml"), {})
    assert settings.logs.dir == folder / "conf/logs"
    assert settings.database.path == folder / "conf/data/t.db"
    assert settings.database.url == f"sqlite:///{folder}/conf/data/t.db"
    assert settings.var == folder / "conf/var"


def test_absolute_paths_stay(loaded: Load) -> None:
    settings = loaded('[logs]\ndir = "/srv/logs"\n[database]\nurl = "sqlite:////srv/t.db"\n')
    assert (settings.logs.dir, settings.database.path) == (Path("/srv/logs"), Path("/srv/t.db"))


def test_a_linked_file_keeps_the_folder_of_its_link(folder: Path) -> None:
    (folder / "mounted").mkdir()
    (folder / "mounted/real.toml").write_text("")
    os.symlink("mounted/real.toml", folder / "tickworks.toml")
    assert load(environ={}).logs.dir == folder / "var/log"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[node]\ntreads = 3", "[node] treads: unknown key; did you mean threads?"),
        ("[web]\nthreads = 3", "[web] threads: unknown key; did you mean threads in [node]?"),
        ("[web]\nzzz = 3", "[web] zzz: unknown key; known here: host, port, public_url, trusted_proxies"),
        ("[nodes]\nthreads = 3", "[nodes]: unknown section; did you mean [node]?"),
        ("[services.x]\nperiod = 3", "[services]: unknown section; did you mean [service.NAME]?"),
        ("threads = 3", "threads: a key outside every section; did you mean threads in [node]?"),
        ("node = 3", "node: expected one table [node]"),
        ("[[node]]\nthreads = 3", "node: expected one table [node]"),
        ("[service]\nperiod = 3", "[service] period: expected a table [service.NAME] for one service"),
        ("service = 3", "service: expected tables like [service.NAME]"),
        ("[service.x]\nperoid = 3", "[service.x] peroid: unknown key; did you mean period?"),
        (
            "[service.Cache-Manager]\nperiod = 3",
            "[service.Cache-Manager]: expected a name of 1 to 64 of a-z, 0-9 and _;"
            " did you mean cache_manager?",
        ),
        ('[web]\n"po\\nrt" = 3', '[web] "po\\nrt": unknown key; did you mean port?'),
    ],
)
def test_what_is_no_setting_is_refused_with_a_suggestion(problems: Problems, text: str, line: str) -> None:
    assert problems(text) == [f"tickworks.toml: {line}"]


def test_all_problems_are_reported_at_once(problems: Problems) -> None:
    text = """
        [node]
        treads = 3
        threads = 0
        roles = ["a b", "C"]
        [service.x]
        period = 5
        align = 5
        times = ["24:00"]
    """
    assert problems(text, TICKWORKS_NODE__PROCESSES="many", TICKWORKS_NODE_NAME="n") == [
        "tickworks.toml: [node] treads: unknown key; did you mean threads?",
        "TICKWORKS_NODE_NAME: unknown variable; did you mean TICKWORKS_NODE__NAME?",
        "tickworks.toml: [node] roles: expected a name of 1 to 64 of a-z, 0-9 and _, got 'a b'",
        "tickworks.toml: [node] roles: expected a name of 1 to 64 of a-z, 0-9 and _, got 'C'",
        "TICKWORKS_NODE__PROCESSES: expected a whole number from 1 to 64, got 'many'",
        "tickworks.toml: [node] threads: expected a whole number from 1 to 256, got 0",
        "tickworks.toml: [service.x] align: expected less than the period (5), got 5",
        'tickworks.toml: [service.x] times: expected a time from "00:00" to "23:59", got \'24:00\'',
    ]


def test_a_broken_file_does_not_hide_the_problems_of_the_environment(problems: Problems) -> None:
    lines = problems("[node", TICKWORKS_NODE__THREADS="many")
    assert [line.partition(":")[0] for line in lines] == ["tickworks.toml", "TICKWORKS_NODE__THREADS"]
