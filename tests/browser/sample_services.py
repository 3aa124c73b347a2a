"""A provider's evening, made up: what the pictures of the README show."""

import time
from datetime import timedelta
from pathlib import Path

from actors import Context, Daemon, FixedTime, Outcome, Periodic, service

FOLDER = Path(__file__).parent
GROUP, FACTORS, RATES = "call_processing", "factors", "rates"

#: Title, schedule, groups, usual seconds, share of runs that fail.
PLAN = (
    ("Call Rater", Daemon(), (GROUP,), 0, 0),
    ("Access Server", Daemon(), (), 0, 0),
    ("Redirect Server", Daemon(), (), 0, 0),
    ("Nightly Export", FixedTime(times=("05:30", "17:30")), (FACTORS, GROUP), 420, 0),
    ("Balance Charges", FixedTime(times=("03:20",)), (), 95, 0),
    ("Tariff Archive", FixedTime(times=("01:10",), weekdays=("sun",)), (RATES,), 40, 0),
    ("Session Cleaning", Periodic(1), (), 0.4, 0),
    ("Tariff Cache", Periodic(6, align=3), (), 2.1, 0),
    ("Call File Collector", Periodic(10), (GROUP,), 38, 0.02),
    ("Call File Download", Periodic(5, align=2), (), 12, 0.08),
    ("Factor Watch", Periodic(5, align=4), (FACTORS,), 3, 0),
    ("Invoice Builder", Periodic(60, align=12), (), 210, 0.01),
    ("Low Balance Notices", Periodic(60, align=28), (), 31, 0),
    ("Rate Mail Import", Periodic(5), (RATES,), 7, 0.35),
    ("Route Tables", Periodic(60, align=30), (RATES,), 66, 0),
    ("Statistics", Periodic(60), (GROUP,), 140, 0),
    ("Statistics Index", Periodic(5, align=3), (), 4, 0),
    ("Call Summary", Periodic(1), (), 0.9, 0),
    ("Traffic Rules", Periodic(6, align=1), (), 1.6, 0),
    ("Mailbox Quotas", Periodic(15, align=5), (), 22, 0),
    ("Domain Check", Periodic(30, align=7), (), 48, 0.03),
    ("Virtual Machine Sync", Periodic(5, align=1), (), 19, 0.01),
    ("Backup Reports", Periodic(30, align=20), (), 9, 0),
)


def made(title, schedule, groups, seconds, share):
    """A service that takes its time, unless the pictures ask it to wait for `release`."""

    @service(
        name=title.lower().replace(" ", "_"),
        title=title,
        schedule=schedule,
        run_groups=groups,
        time_limit=timedelta(minutes=15),
        retries=0,
    )
    def run(context: Context) -> Outcome:
        """Part of the sample."""
        while not context.stopping() and (schedule == Daemon() or not (FOLDER / "release").exists()):
            context.progress(34, 120)
            time.sleep(0.1)
        return Outcome.done(files=120)

    return run


SERVICES = [made(*each) for each in PLAN]
