"""Is a peer that cannot be installed named with pip's reason?"""

from __future__ import annotations

import sys
import venv
from pathlib import Path

import pytest

from bench import peers
from bench.peers import environment, listed
from bench.peers.environment import python_of
from bench.workload import Missing


def test_what_pip_refuses_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone.txt").write_text("./no-such-folder-here\n")
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path)
    # This one is there already; pip refuses before it changes anything.
    monkeypatch.setattr(venv, "create", lambda home, **_: home.symlink_to(sys.prefix))
    with pytest.raises(Missing, match=r"could not be installed: .*no-such-folder-here"):
        python_of("gone", tmp_path)


def test_every_peer_has_a_program_and_pinned_requirements() -> None:
    every = {*listed.THROUGHPUT, *listed.EXCLUSION, *listed.MINUTE, *listed.CRASH, *listed.IDLE}
    for peer in every:
        assert (peers.PROGRAMS / f"{peer.program}.py").exists()
        lines = (peers.REQUIREMENTS / f"{peer.program}.txt").read_text().splitlines()
        assert all("==" in line for line in lines), peer.program
