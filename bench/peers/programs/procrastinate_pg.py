"""Procrastinate 3 + PostgreSQL; ended jobs and their events are kept, as it does by itself.

Variants: default · poll (looks for jobs every 0.1 s instead of 5 s) · tuned (heartbeat 2 s, stalled
after 5 s, a periodic task tries stalled jobs again).
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import facts
import procrastinate

synchronous = __name__ == "__main__" and sys.argv[1] in ("send", "reset")
connector = procrastinate.SyncPsycopgConnector if synchronous else procrastinate.PsycopgConnector
OPTIONS: dict[str, dict[str, Any]] = {
    "poll": {"fetch_job_polling_interval": 0.1},
    "tuned": {"update_heartbeat_interval": 2, "stalled_worker_timeout": 5},
}
app = procrastinate.App(
    connector=connector(conninfo=facts.POSTGRESQL), worker_defaults=OPTIONS.get(facts.VARIANT, {})
)


@app.task(name="noop")
def noop(number: int) -> None:
    facts.noop(number)


@app.task(name="excl", lock="a")
def excl(number: int) -> None:
    facts.excl(number)


@app.task(name="long")
async def long(number: int) -> None:
    """Its synchronous tasks share asyncio's default pool: 6 threads on 2 cores."""
    facts.note("S", number)
    await asyncio.sleep(facts.LONG)
    facts.note("E", number)


if facts.VARIANT == "tuned":

    @app.periodic(cron="* * * * * */5")
    @app.task(queueing_lock="stalled", name="stalled", pass_context=True)
    async def stalled(context: Any, timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=5):
            await app.job_manager.retry_job(job)


if facts.CRON:
    for planned in range(facts.PLANNED):
        task = app.task(name=f"planned_{planned}")(lambda timestamp, number=planned: facts.noop(number))
        app.periodic(cron=facts.CRON)(task)

if __name__ == "__main__":
    part = sys.argv[1]
    if part == "worker":
        command = ("procrastinate", "--app=procrastinate_pg.app", "worker")
        facts.become(*command, "--concurrency", str(facts.THREADS))
    elif part == "reset":
        with app.open():
            app.schema_manager.apply_schema()
    elif part == "send":
        jobs = {"noop": noop, "excl": excl, "long": long}
        with app.open():
            facts.send(lambda job, number: jobs[job].defer(number=number))
