"""A holder in a process of its own: claims a granted run, waits for a word, then ends what it took for its.

Called with the database's address, the run, its fence, the process's id and the time; says what it met.
"""

from __future__ import annotations

import sys

from coordinator.ends import finish_grouped
from coordinator.world import Rules
from store import database, process
from store.run.claimed import claim
from store.run.ended import Ending


def main(url: str, run_id: int, fence: int, process_id: int, now: int) -> None:
    """Hold, stand still, and try to go on."""
    database.open(url)
    wanted = [(run_id, fence)]
    met = database.write(lambda tx: claim(tx, wanted, process_id=process_id, node="n1", now=now))
    print("holds" if met else "nothing", flush=True)
    sys.stdin.readline()
    ending = Ending(run_id, fence, 1, "succeeded", now + 60)
    groups = met[fence].groups if met else ()
    finished = database.write(lambda tx: finish_grouped(tx, ending, Rules(), None, groups=groups))
    print("ended" if finished.ended else "refused", flush=True)
    renewed = database.write(lambda tx: process.renew(tx, process_id, now=now + 60))
    print("renewed" if renewed else "refused", flush=True)
    again = database.write(lambda tx: claim(tx, wanted, process_id=process_id, node="n1", now=now + 60))
    print("claimed" if again else "refused", flush=True)
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
