"""Celery + RabbitMQ, pool of threads.

Variants: default (early acknowledgement, no results) · late (acks_late + reject_on_worker_lost) · hist
(late, and its results in PostgreSQL, extended: a history) · block (threads wait for a lock in Redis) ·
retry (self.retry every 100 ms while the lock in Redis is held).
"""

from __future__ import annotations

import sys
from typing import Any

import facts
from celery import Celery
from celery.schedules import crontab

results = facts.POSTGRESQL.replace("postgresql", "db+postgresql+psycopg") if facts.VARIANT == "hist" else None
app = Celery("bench", broker=facts.RABBITMQ, backend=results)
app.conf.update(
    task_default_queue="bench",
    worker_hijack_root_logger=False,
    timezone="UTC",
    broker_connection_retry_on_startup=True,
)
if facts.VARIANT in ("late", "hist"):
    app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True, result_extended=True)
if facts.VARIANT in ("block", "retry"):
    import redis

    server = redis.Redis.from_url(facts.REDIS + "/2")


@app.task(name="noop")
def noop(number: int) -> None:
    facts.noop(number)


@app.task(name="excl", bind=True, max_retries=None)
def excl(self: Any, number: int) -> None:
    lock = server.lock("bench", timeout=30, sleep=0.02)
    if facts.VARIANT == "block":
        lock.acquire(blocking=True)
    elif not lock.acquire(blocking=False):
        raise self.retry(countdown=0.1)
    try:
        facts.excl(number)
    finally:
        lock.release()


@app.task(name="long")
def long(number: int) -> None:
    facts.long(number)


if facts.CRON:
    yearly: dict[str, Any] = {"minute": "0", "hour": 5, "day_of_month": 1, "month_of_year": 1}
    when = crontab() if facts.SCHEDULE == "minute" else crontab(**yearly)
    app.conf.beat_schedule = {
        f"planned_{number}": {"task": "noop", "schedule": when, "args": (number,)}
        for number in range(facts.PLANNED)
    }

if __name__ == "__main__":
    part = sys.argv[1]
    name = ("celery", "-A", "celery_rmq")
    if part == "worker":
        facts.become(*name, "worker", "-P", "threads", "-c", str(facts.THREADS), "-l", "WARNING")
    elif part == "scheduler":
        facts.become(*name, "beat", "-l", "WARNING", "-s", f"{facts.FOLDER}/beat")
    elif part == "reset" and facts.VARIANT in ("block", "retry"):
        server.flushdb()
    elif part == "send":
        jobs = {"noop": noop, "excl": excl, "long": long}
        facts.send(lambda job, number: jobs[job].delay(number))
