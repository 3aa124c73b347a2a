"""RQ + Redis. It has no threads: as many processes. Variants: default (a fork for each job), simple."""

from __future__ import annotations

import sys

import facts
import redis
from rq import Queue

server = redis.Redis.from_url(facts.REDIS + "/4")

if __name__ == "__main__":
    part = sys.argv[1]
    if part == "worker":
        kind = ("-w", "rq.worker.SimpleWorker") if facts.VARIANT == "simple" else ()
        pool = ("rq", "worker-pool", "bench", "-n", str(facts.THREADS), "-u", facts.REDIS + "/4", "-q")
        facts.become(*pool, *kind)
    elif part == "reset":
        server.flushdb()
    elif part == "send":
        queue = Queue("bench", connection=server)
        facts.send(lambda job, number: queue.enqueue(f"facts.{job}", number))
