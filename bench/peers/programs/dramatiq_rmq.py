"""Dramatiq + RabbitMQ + periodiq.

Variants: default · confirm (publisher confirms) · hist (a history in PostgreSQL: one INSERT before and
one UPDATE after each run, each a commit; no middleware but what sends on schedule, as Tickworks has) ·
single (one thread and no lock: the floor of a one-at-a-time queue) · fast (ConcurrentRateLimiter in
Redis, back-off 50-500 ms, delayed messages looked at every 50 ms).
"""

from __future__ import annotations

import os
import sys
from typing import Any

import dramatiq
import facts
from dramatiq.brokers.rabbitmq import RabbitmqBroker

HIST = facts.VARIANT == "hist"
options: dict[str, Any] = {"middleware": []} if HIST else {}
broker = RabbitmqBroker(url=facts.RABBITMQ, confirm_delivery=facts.VARIANT == "confirm", **options)
if facts.CRON:
    from periodiq import PeriodiqMiddleware, cron

    broker.add_middleware(PeriodiqMiddleware(skip_delay=30))
dramatiq.set_broker(broker)

if HIST:
    from psycopg_pool import ConnectionPool

    pool = ConnectionPool(facts.POSTGRESQL, min_size=1, max_size=8, kwargs={"autocommit": True}, open=True)
if facts.VARIANT == "fast":
    from dramatiq.rate_limits import ConcurrentRateLimiter
    from dramatiq.rate_limits.backends import RedisBackend

    mutex = ConcurrentRateLimiter(RedisBackend(url=facts.REDIS + "/1"), "bench", limit=1)
retry = {"min_backoff": 50, "max_backoff": 500, "max_retries": None} if facts.VARIANT == "fast" else {}


def done(number: int) -> None:
    if not HIST:
        return facts.noop(number)
    with pool.connection() as connection:
        insert = "insert into run (service, queued, started) values (%s, now(), now()) returning id"
        run_id = connection.execute(insert, (number,)).fetchone()[0]
    facts.noop(number)
    with pool.connection() as connection:
        connection.execute("update run set ended = now(), status = 'ok' where id = %s", (run_id,))


@dramatiq.actor(queue_name="bench")
def noop(number: int) -> None:
    done(number)


@dramatiq.actor(queue_name="bench", **retry)
def excl(number: int) -> None:
    if facts.VARIANT == "single":
        return facts.excl(number)
    with mutex.acquire():
        facts.excl(number)


@dramatiq.actor(queue_name="bench")
def long(number: int) -> None:
    facts.long(number)


if facts.CRON:
    for planned in range(facts.PLANNED):
        dramatiq.actor(
            lambda number=planned: done(number),
            actor_name=f"planned_{planned}",
            queue_name="bench",
            periodic=cron(facts.CRON),
        )

if __name__ == "__main__":
    part = sys.argv[1]
    if part == "worker":
        if facts.VARIANT == "fast":
            os.environ["dramatiq_worker_timeout"] = "50"  # noqa: SIM112 (its name)
        facts.become("dramatiq", "dramatiq_rmq", "-p", "1", "-t", str(facts.THREADS))
    elif part == "scheduler":
        facts.become("periodiq", "dramatiq_rmq")
    elif part == "reset" and HIST:
        with pool.connection() as connection:
            connection.execute(
                "create table run (id bigserial primary key, service int, queued timestamptz,"
                " started timestamptz, ended timestamptz, status text)"
            )
            connection.execute("create index run_service on run (service, id desc)")
    elif part == "send":
        jobs = {"noop": noop, "excl": excl, "long": long}
        facts.send(lambda job, number: jobs[job].send(number))
        broker.close()
    if HIST:
        pool.close()
