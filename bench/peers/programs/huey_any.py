"""Huey, worker threads. Variants: redis, sqlite. In a group: lock_task, tried again at once."""

from __future__ import annotations

import sys

import facts
from huey import RedisHuey, SqliteHuey, crontab

if facts.VARIANT == "redis":
    huey = RedisHuey("bench", url=facts.REDIS + "/3")
else:
    huey = SqliteHuey("bench", filename=f"{facts.FOLDER}/huey.db", fsync=True)


@huey.task()
def noop(number: int) -> None:
    facts.noop(number)


@huey.task(retries=100000, retry_delay=0)
@huey.lock_task("a")
def excl(number: int) -> None:
    facts.excl(number)


@huey.task()
def long(number: int) -> None:
    facts.long(number)


if facts.CRON:
    yearly = crontab(minute="0", hour="5", day="1", month="1")
    for planned in range(facts.PLANNED):
        due = crontab() if facts.SCHEDULE == "minute" else yearly
        huey.periodic_task(due, name=f"planned_{planned}")(lambda number=planned: facts.noop(number))

if __name__ == "__main__":
    part = sys.argv[1]
    if part == "worker":
        facts.become("huey_consumer", "huey_any.huey", "-w", str(facts.THREADS), "-k", "thread", "-q")
    elif part == "reset":
        huey.storage.flush_all()
    elif part == "send":
        import huey_any  # a task's name carries its module, which is not __main__ in the worker

        jobs = {"noop": huey_any.noop, "excl": huey_any.excl, "long": huey_any.long}
        facts.send(lambda job, number: jobs[job](number))
