"""What the sites of the browser tests run: short, long, waiting, failing and a daemon."""

import time
from datetime import timedelta
from pathlib import Path

from actors import Context, Daemon, FixedTime, OnDemand, Outcome, Periodic, service
from actors.directory_jobs import kinds

#: Whose forms are looked at.
JOB_KINDS = kinds.JOB_KINDS

FOLDER = Path(__file__).parent


@service(title="Cache Filler", schedule=Periodic(minutes=6, align=3), run_groups=("stats",))
def cache_filler(context: Context) -> Outcome:
    context.log.info("cache filled", entries=3)
    return Outcome.done(entries=3)


AT_NIGHT = FixedTime(times=("03:33",))


@service(title="Call Counter", schedule=AT_NIGHT, run_groups=("stats",), time_limit=timedelta(minutes=2))
def call_counter(context: Context) -> Outcome:
    """Holds its group until the file `release` is there."""
    while not context.stopping() and not (FOLDER / "release").exists():
        context.progress(1, 2)
        time.sleep(0.05)
    return Outcome.done()


@service(title="Price Import", schedule=AT_NIGHT)
def price_import(context: Context) -> Outcome:
    raise RuntimeError("row 7 of <script>alert('rates.csv')</script> is no rate")


@service(title="Night Charges", schedule=FixedTime(times=("03:20",)))
def night_charges(context: Context) -> Outcome:
    return Outcome.done()


@service(title="Quota Watcher", schedule=Daemon())
def quota_watcher(context: Context) -> None:
    while not context.stopping():
        time.sleep(0.05)


@service(title="Talker", schedule=OnDemand(), time_limit=timedelta(minutes=2))
def talker(context: Context) -> Outcome:
    """Says each new text of the file `say`, until it is `end`."""
    said = ""
    while not context.stopping():
        text = (FOLDER / "say").read_text()
        if text == "end":
            return Outcome.done()
        if text not in ("", said):
            context.log.error(text)
            said = text
        time.sleep(0.05)
    return Outcome.partial()


@service(title="Shouter", schedule=OnDemand(), time_limit=timedelta(minutes=2))
def shouter(context: Context) -> Outcome:
    """Once the file `shout` is there, 10 MB of lines as fast as it can, and on until it is gone."""
    shout = FOLDER / "shout"
    while not context.stopping() and not shout.exists():
        time.sleep(0.05)
    size = number = 0
    while not context.stopping() and (size < 10_000_000 or shout.exists()):
        number += 1
        text = f"shout {number} {'ä' * 90}"
        context.log.error(text)
        size += len(text.encode())
    context.log.error(f"the last of {number}")
    return Outcome.done(lines=number)
