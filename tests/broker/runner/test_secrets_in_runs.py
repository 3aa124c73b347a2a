"""Does a secret that a service has read stay out of everything its run leaves behind?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actors import Context, Outcome
from backends.vault_key import KeySource
from broker.runner.daemon import DaemonLog
from broker.runner.printed import install, printed_to
from config.known_secrets import learn
from domain.time.clock import SystemClock
from store import database, event, secret
from tests.broker.runner.bench import Bench, run_log, texts

PLANTED = "correct horse battery"


@pytest.fixture
def vault(bench: Bench, tmp_path: Path) -> KeySource:
    """A secret in the encrypted store of the bench's database."""
    source = KeySource(tmp_path / "secret.key")
    ring = source.make()
    secret.use(source)
    database.write(lambda tx: secret.put(tx, ring, "smtp", PLANTED, by="anna", now=1.0))
    return source


def everything(bench: Bench, folder: Path) -> str:
    """All that the database and the log files say."""
    tables = ("run", "run_log", "run_step", "attempt", "event", "service", "step", "change", "setting")
    rows = [database.read().all(f"SELECT * FROM {table}") for table in tables]
    files = [path.read_text() for path in folder.rglob("*.log")]
    return repr(rows) + "\n".join(files)


def test_a_run_may_say_it_anywhere_and_it_shows_nowhere(
    bench: Bench, vault: KeySource, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def work(context: Context) -> Outcome:
        value = context.secret("vault:smtp")
        context.log.info("signing in", password=value, all={"p": value})
        context.log.error(f"with {value}")
        print("printed", value)
        with context.step("one"):
            raise ValueError(f"bad password {value}")
        return Outcome.done(f"used {value}")

    import sys

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    install()
    row = bench.run(bench.add("mail", work))
    assert row["state"] == "succeeded"
    assert row["message"] == "used ***"
    assert "with ***" in bench.log(row["id"])
    assert "printed ***" in bench.log(row["id"])
    assert PLANTED not in everything(bench, tmp_path)


def test_an_error_and_its_traceback_hide_it(bench: Bench, vault: KeySource, tmp_path: Path) -> None:
    def work(context: Context) -> None:
        value = context.secret("vault:smtp")
        try:
            raise KeyError(value)
        except KeyError as error:
            raise RuntimeError(f"login of {value} failed") from error

    row = bench.run(bench.add("mail", work))
    assert (row["state"], row["error"]) == ("failed", "RuntimeError: login of *** failed")
    assert any("KeyError: '***'" in line for line in bench.log(row["id"]))
    database.write(lambda tx: event.derive(tx, bench.engine.clock.now()))
    assert "login of *** failed" in event.latest(database.read())[0]["text"]
    assert PLANTED not in everything(bench, tmp_path)


def test_the_data_of_an_event_hides_it(bench: Bench, vault: KeySource) -> None:
    learn(PLANTED)
    words: dict[str, Any] = {"type": "alert", "severity": "info", "sender": "x", "text": f"t {PLANTED}"}
    database.write(lambda tx: event.add(tx, at=1.0, data={"answer": PLANTED}, **words))
    (row,) = event.latest(database.read())
    assert (row["text"], row["data"]) == ("t ***", '{"answer": "***"}')


def test_a_secret_of_several_lines_is_hidden_in_each(tmp_path: Path) -> None:
    learn("-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----")
    log = run_log(tmp_path)
    log.line("info", "it is -----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----")
    log.line("info", "AAAABBBBCCCC")
    assert texts(log) == ["it is ***", "***"]


def test_a_secret_at_the_cut_of_a_long_line_leaves_no_half(tmp_path: Path) -> None:
    learn(PLANTED)
    log = run_log(tmp_path)
    log.line("info", "x" * 8_185 + PLANTED)
    assert "correct" not in texts(log)[0]


def test_the_last_words_of_a_daemon_hide_it(tmp_path: Path) -> None:
    learn(PLANTED)
    log = DaemonLog("radius", tmp_path, SystemClock())
    log.on = True
    with printed_to(log):
        log.line("error", f"refused: {PLANTED}")
    assert log.last_words() == "error refused: ***"
    assert PLANTED not in (tmp_path / "radius.log").read_text()
