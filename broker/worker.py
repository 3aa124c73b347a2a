"""A worker: dramatiq's worker threads, fed by the broker's one intake."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import dramatiq

from broker.feed import Claim, Feed, Take
from broker.intake import Intake

if TYPE_CHECKING:
    from broker.transport import Transport


#: Idle threads look for their end every so many ms; nobody waits for them.
IDLE = 60_000


class Worker(dramatiq.Worker):
    """Runs the messages of `queues` on `worker_threads` threads.

    With a broker that has no ``open_intake``, such as dramatiq's StubBroker, it behaves as
    dramatiq's own, and `claim` and `take` are not used. `at_once` says how many messages may be in hand,
    if more than there are threads. `worker_timeout`: ms after which an idle thread looks for its end.
    """

    intake: Intake | None = None

    def __init__(
        self,
        broker: Transport | dramatiq.Broker,
        *,
        queues: Sequence[str],
        worker_threads: int = 8,
        claim: Claim | None = None,
        take: Take | None = None,
        at_once: int | None = None,
        worker_timeout: int = IDLE,
    ) -> None:
        super().__init__(
            cast(dramatiq.Broker, broker),
            queues=set(queues),
            worker_threads=worker_threads,
            worker_timeout=worker_timeout,
        )
        self.queues = tuple(queues)
        self.claim = claim
        self.take = take
        self.at_once = at_once or worker_threads

    def start(self) -> None:
        open_intake = getattr(self.broker, "open_intake", None)
        if open_intake is None:
            super().start()
            return
        self.broker.emit_before("worker_boot", self)
        intake: Intake = open_intake(Feed(self.queues, self.at_once, self.work_queue, self.claim, self.take))
        self.intake = intake
        self.consumers = _OneForAll(intake)
        for _ in range(self.worker_threads):
            self._add_worker()
        self.broker.emit_after("worker_boot", self)
        intake.start()

    def pause(self) -> None:
        """Take nothing new; what is in work goes on."""
        if self.intake is None:
            super().pause()
        else:
            self.intake.pause()

    def resume(self) -> None:
        if self.intake is None:
            super().resume()
        else:
            self.intake.resume()

    def join(self) -> None:
        """Wait until nothing is in work; messages may still wait in the queues."""
        if self.intake is None:
            super().join()
        else:
            self.intake.wait_idle()

    def stop(self, timeout: int = 600_000) -> None:
        """Drain: take nothing new, wait up to `timeout` milliseconds for what is in work, end.

        Code that does not return in time keeps its thread; only the end of the process ends it.
        """
        if self.intake is None:
            super().stop(timeout)
            return
        deadline = time.monotonic() + timeout / 1000
        self.broker.emit_before("worker_shutdown", self)
        self.intake.pause()
        self.intake.wait_idle(timeout / 1000)
        for thread in self.workers:
            thread.stop()
        busy = self.intake.in_work > 0
        self.intake.stop(0 if busy else max(0.0, deadline - time.monotonic()))
        # Idle threads sleep in their queue for up to `worker_timeout`: nothing is lost with them.
        for thread in self.workers if busy else ():
            thread.join(max(0.0, deadline - time.monotonic()))
        self.broker.emit_after("worker_shutdown", self)


class _OneForAll(dict[str, Any]):
    """dramatiq looks up a message's consumer by its queue name: every name answers with the intake."""

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        self.intake = intake

    def __missing__(self, queue_name: str) -> Intake:
        return self.intake
