"""APScheduler 3, a pool of threads, its jobs in PostgreSQL.

It has no queue between processes: what sends also works.
"""

from __future__ import annotations

import sys
import time

import facts
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger


def main(part: str) -> None:
    if part == "reset":
        return
    url = facts.POSTGRESQL.replace("postgresql", "postgresql+psycopg")
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=url)},
        executors={"default": ThreadPoolExecutor(facts.THREADS)},
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "max_instances": 1, "coalesce": True},
    )
    scheduler.start()
    if part == "worker":
        for number in range(facts.PLANNED):
            trigger = CronTrigger.from_crontab(facts.CRON, timezone="UTC")
            scheduler.add_job(facts.noop, trigger, args=(number,), id=f"planned_{number}")
        while True:
            time.sleep(3600)
    facts.send(lambda job, number: scheduler.add_job(getattr(facts, job), args=(number,)))
    deadline = time.monotonic() + float(sys.argv[5])
    while scheduler.get_jobs() and time.monotonic() < deadline:
        time.sleep(0.1)
    scheduler.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
