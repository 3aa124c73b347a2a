"""Which peers and variants do which work, and those that cannot be measured here, with the reason."""

from __future__ import annotations

from bench.peers.peer import Peer

RMQ, PG, REDIS = "rabbitmq", "postgresql", "redis"


def _dramatiq(variant: str = "default", *more: str) -> Peer:
    return Peer("dramatiq_rmq", variant, (RMQ, *more), scheduler=True)


def _celery(variant: str = "default", *more: str) -> Peer:
    return Peer("celery_rmq", variant, (RMQ, *more), scheduler=True)


def _procrastinate(variant: str = "default") -> Peer:
    return Peer("procrastinate_pg", variant, (PG,))


#: What keeps a durable history of its runs: the peers that Tickworks is held against.
DRAMATIQ_HIST = _dramatiq("hist", PG)
CELERY_HIST = _celery("hist", PG)
PROCRASTINATE = _procrastinate()
HISTORY = (DRAMATIQ_HIST, CELERY_HIST, PROCRASTINATE)

HUEY = (Peer("huey_any", "sqlite"), Peer("huey_any", "redis", (REDIS,)))
APSCHEDULER = Peer("apscheduler3", needs=(PG,), alone=True)
RQ = Peer("rq_redis", "simple", (REDIS,))

THROUGHPUT = (*HISTORY, _dramatiq(), _dramatiq("confirm"), _celery(), _celery("late"), *HUEY, APSCHEDULER, RQ)
EXCLUSION = (
    _dramatiq("single"),
    _dramatiq("fast", REDIS),
    _celery("block", REDIS),
    _celery("retry", REDIS),
    PROCRASTINATE,
    _procrastinate("poll"),
    *HUEY,
)
MINUTE = (*HISTORY, _dramatiq(), _celery(), *HUEY, APSCHEDULER)
FORCED = (*HISTORY, _dramatiq(), _celery(), *HUEY)
CRASH = (_dramatiq(), _celery(), _celery("late"), PROCRASTINATE, _procrastinate("tuned"), *HUEY)
IDLE = (_dramatiq(), _celery(), PROCRASTINATE, *HUEY, APSCHEDULER)

#: Named on the page.
NOT_MEASURED = {
    "BullMQ, graphile-worker, pg-boss": "Node programs; this runner measures peers that pip installs",
    "system cron": "needs root and the machine's own cron file",
    "Cronicle": "no package of that name in a registry; its installer fetches from elsewhere",
}
