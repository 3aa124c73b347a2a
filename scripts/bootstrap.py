#!/usr/bin/env python3
"""Builds what is missing on a fresh machine, then runs, tests or checks the project.

Needs only Python 3.11 or newer: this file imports nothing but the standard library. The Makefile
calls it: ``bootstrap.py setup|run|test|check|screenshots|bench|model|chaos|format|generate``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
CONSTRAINTS = ROOT / "constraints.txt"
INPUTS = (ROOT / "setup.cfg", ROOT / "pyproject.toml", CONSTRAINTS)

#: Debian package -> a program of it that shows it is installed: a path, a pattern, or a name on PATH.
SYSTEM = {
    "rabbitmq-server": ("/usr/sbin/rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"),
    "postgresql": ("/usr/lib/postgresql/*/bin/postgres", "/usr/local/bin/postgres", "/usr/bin/postgres"),
    "postfix": ("/usr/lib/postfix/sbin/master",),
    "dovecot-imapd": ("/usr/lib/dovecot/imap",),
    "dovecot-lmtpd": ("/usr/lib/dovecot/lmtp",),
    "dovecot-pop3d": ("/usr/lib/dovecot/pop3",),
    "prometheus": ("/usr/bin/prometheus",),
    "prometheus-alertmanager": ("/usr/bin/amtool",),
    "nginx-light": ("/usr/sbin/nginx",),
    "vsftpd": ("/usr/sbin/vsftpd",),
    "snmpd": ("/usr/sbin/snmpd",),
    "openssh-server": ("/usr/sbin/sshd",),
    "freeradius": ("/usr/sbin/freeradius",),
    "freeradius-utils": ("/usr/bin/radclient",),
    "prometheus-node-exporter": ("/usr/bin/prometheus-node-exporter",),
    "chromium": ("/usr/bin/chromium",),
    "knot": ("/usr/sbin/knotd",),
    "samba": ("/usr/sbin/samba",),
    "samba-ad-provision": ("/usr/share/samba/setup/provision.ldif",),
    "samba-dsdb-modules": ("/usr/lib/*/samba/ldb/samba_dsdb.so",),
    "samba-vfs-modules": ("/usr/lib/*/samba/vfs/acl_xattr.so",),
    "winbind": ("/usr/sbin/winbindd",),
    "fonts-dejavu-core": ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",),
    "fonts-unifont": ("/usr/share/fonts/opentype/unifont/unifont.otf",),
    "nodejs": ("node",),
    "npm": ("npm",),
    "systemd": ("systemd-analyze",),
    "gcc": ("cc",),
    "libc6-dev": ("/usr/include/stdlib.h",),
}

#: What Debian packages ask when they are installed: package -> the answer that configures nothing.
ANSWERS = {"postfix": "postfix postfix/main_mailer_type select No configuration"}


def main(words: Sequence[str]) -> int:
    """Do what the first word says; its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 (it may well be older: this file runs before any install)
        version = sys.version.split()[0]
        print(f"Tickworks needs Python 3.11 or newer; this is {version}. Try make PYTHON=python3.12 …")
        return 2
    task = words[0] if words else ""
    if task not in TASKS:
        print(f"expected one of {', '.join(TASKS)}, got {task or 'nothing'}")
        return 2
    return TASKS[task](list(words[1:]))


def setup(_: list[str]) -> int:
    """The virtual environment with all dependencies at their pinned versions."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in INPUTS)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest:
        return 0
    if not (VENV / "bin" / "python").exists():
        print("making the virtual environment in .venv …", flush=True)
        venv.create(VENV, with_pip=True)
    print("installing the dependencies (once; about a minute) …", flush=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    extra = ["--config-settings", "editable_mode=compat", "--constraint", str(CONSTRAINTS)]
    done = subprocess.run([*pip, *extra, "--editable", f"{ROOT}[test]"], cwd=ROOT)
    if done.returncode:
        print("the dependencies could not be installed: see the lines above; is a package index reachable?")
        return done.returncode
    STAMP.write_text(digest)
    return 0


def run(words: list[str]) -> int:
    """`tickworks up`, in place of this process, so that Ctrl-C and signals reach it."""
    if code := setup([]):
        return code
    program = VENV / "bin" / "tickworks"
    os.chdir(ROOT)
    os.execv(program, [str(program), "up", *words])


def test(words: list[str]) -> int:
    """Every test, on real servers; several files at a time. With words, those of pytest, in one process."""
    if code := setup([]) or system():
        return code
    # One more than there are processors: many tests wait for a server, and for what it does in its own time.
    several = str(min(4, (os.cpu_count() or 1) + 1))
    return _tool("pytest", *(words or ("-n", several, "--dist", "loadfile", "--no-loadscope-reorder")))


def check(_: list[str]) -> int:
    """All that is checked without running the program."""
    if code := setup([]):
        return code
    failed = []
    for name, command in CHECKS.items():
        print(f"── {name}", flush=True)
        if _tool(*command):
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def screenshots(_: list[str]) -> int:
    """The README's pictures, taken anew of a site with a made-up day."""
    os.environ["TICKWORKS_TEST_PICTURES"] = str(ROOT / "docs" / "pictures")
    return setup([]) or system() or _tool("pytest", "-q", "tests/browser/test_pictures.py")


def bench(words: list[str]) -> int:
    """The benchmarks, all or those named, in place of this process, so that Ctrl-C reaches it once."""
    if code := setup([]) or system():
        return code
    python = VENV / "bin" / "python"
    os.chdir(ROOT)
    os.execv(python, [str(python), "-m", "bench", *words])


def model(words: list[str]) -> int:
    """The model test alone, for as many steps as are asked for."""
    steps = ("--model-steps", *words) if words else ()
    return setup([]) or system() or _tool("pytest", "-q", "tests/model", *steps)


def chaos(words: list[str]) -> int:
    """The chaos suite, in place of this process, so that Ctrl-C reaches it once."""
    if code := setup([]) or system():
        return code
    python = VENV / "bin" / "python"
    os.chdir(ROOT)
    os.execv(python, [str(python), "-m", "tests.chaos", *words])


def format_code(_: list[str]) -> int:
    """Format and sort imports."""
    return setup([]) or _tool("ruff", "check", "--fix", "--quiet", ".") or _tool("ruff", "format", ".")


def generate(_: list[str]) -> int:
    """Write the files that are generated from the code."""
    return setup([]) or _tool("python", "scripts/generate.py")


def system() -> int:
    """Install the servers that the tests start, when they are missing and we may."""
    missing = [package for package, places in SYSTEM.items() if not any(_there(place) for place in places)]
    if not missing:
        return 0
    command = f"apt-get install -y {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"missing for the tests: {', '.join(missing)}. As root: {command}")
        return 1 if os.environ.get("CI") == "true" else 0
    print(f"installing {', '.join(missing)} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A test machine must not get servers that run on their own: the tests start theirs.
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        subprocess.run(["apt-get", "update", "-qq"], env=quiet)
        if answers := "\n".join(line for package, line in ANSWERS.items() if package in missing):
            subprocess.run(["debconf-set-selections"], input=answers, text=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        done = subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL)
    finally:
        if ours:
            policy.unlink()
    if done.returncode:
        print(f"the packages could not be installed; by hand: {command}")
    return done.returncode


def _there(place: str) -> bool:
    if "/" not in place:
        return shutil.which(place) is not None
    return any(Path("/").glob(place.lstrip("/")))


def _tool(name: str, *words: str) -> int:
    return subprocess.run([str(VENV / "bin" / name), *words], cwd=ROOT).returncode


#: What `make check` runs, by name.
CHECKS = {
    "format": ("ruff", "format", "--check", "--quiet", "."),
    "lint": ("ruff", "check", "--quiet", "."),
    "types": ("mypy",),
    "imports": ("lint-imports",),
    "generated files": ("python", "scripts/generate.py", "--check"),
}

TASKS = {
    "setup": setup,
    "run": run,
    "test": test,
    "check": check,
    "screenshots": screenshots,
    "bench": bench,
    "model": model,
    "chaos": chaos,
    "format": format_code,
    "generate": generate,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
