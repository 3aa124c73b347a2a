"""For each alert: series (in promtool's words, a sample a minute from epoch 0) and who it then names."""

from __future__ import annotations

from dataclasses import dataclass

Series = dict[str, str]


@dataclass(frozen=True)
class Case:
    """`fires` are the labels of the alerts that fire at minute `at`; empty: it is silent."""

    alert: str
    what: str
    series: Series
    at: int
    fires: tuple[dict[str, str], ...] = ()


def _on(*services: str) -> Series:
    return {f'tickworks_service_enabled{{service="{name}"}}': "1x3000" for name in services}


def _of(metric: str, value: str, **labels: str) -> Series:
    inside = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return {f"tickworks_{metric}{{{inside}}}": value}


#: Every web process tells the same: an alert comes once all the same.
def _twice(series: Series) -> Series:
    return {
        name.replace("}", f',instance="{web}"}}').replace("{,", "{"): values
        for name, values in series.items()
        for web in ("web1", "web2")
    }


A = {"service": "a"}
REST = _of("service_paused", "1x3000", service="a")
MAINTENANCE = _of("maintenance", "1x3000")
DUE = _on("a") | _of("service_next_due_timestamp_seconds", "0x3000", **A)
OLD = (
    _on("a")
    | _of("service_last_success_timestamp_seconds", "0x3000", **A)
    | _of("service_expected_interval_seconds", "300x3000", **A)
)
FAILED = _of("service_consecutive_failures", "1x60", **A)
DAY = _of("service_expected_interval_seconds", "86400x60", **A)
QUEUED = _on("a") | _of("service_oldest_queued_timestamp_seconds", "0x60", **A)
RUNS = _of("service_oldest_running_timestamp_seconds", "0x60", **A)
HOUR = _of("service_time_limit_seconds", "3600x60", **A)
QUICK = _of("run_duration_seconds_bucket", "0+1x60", le="1.0", **A) | _of(
    "run_duration_seconds_bucket", "0+1x60", le="+Inf", **A
)
BACKUP = {"service": "backup_manager"}
BACKED_UP = _on("backup_manager") | _of("service_last_success_timestamp_seconds", "0x3000", **BACKUP)
WANTED = _of("daemon_desired_instances", "2x60", **A)
WAITING = _of("run_group_oldest_waiting_timestamp_seconds", "0x60", run_group="g")
JOBS = _of("job_oldest_queued_timestamp_seconds", "0x60", kind="k")
MAIL = _of("outbox_oldest_waiting_timestamp_seconds", "0x60")
UP = _of("database_up", "1x60")
TICK = _of("beat_last_tick_timestamp_seconds", "0x60")

CASES = (
    Case("MissedRun", "due and not served", _twice(DUE), 10, (A,)),
    Case(
        "MissedRun",
        "recorded as missed",
        _on("a") | _of("occurrences_total", "0x9 1x60", result="missed", **A),
        15,
        (A,),
    ),
    Case(
        "MissedRun",
        "missed two hours ago",
        _on("a") | _of("occurrences_total", "0x9 1x200", result="missed", **A),
        150,
    ),
    Case("MissedRun", "on time", _on("a") | _of("service_next_due_timestamp_seconds", "60+60x60", **A), 30),
    Case("MissedRun", "paused", DUE | REST, 30),
    Case("MissedRun", "maintenance", DUE | MAINTENANCE, 30),
    Case(
        "MissedRun",
        "skipped is not missed",
        _on("a") | _of("occurrences_total", "0x9 1x60", result="skipped", **A),
        15,
    ),
    Case("NotSucceeding", "four periods", _twice(OLD), 22, (A,)),
    Case("NotSucceeding", "two periods", OLD, 10),
    Case("NotSucceeding", "switched off", OLD | _of("service_enabled", "0x3000", **A), 60),
    Case("Failing", "three in a row", _twice(_of("service_consecutive_failures", "3x60", **A)), 1, (A,)),
    Case("Failing", "one, and the next try is a day away", FAILED | DAY, 1, (A,)),
    Case("Failing", "two", _of("service_consecutive_failures", "2x60", **A), 1),
    Case("StuckInQueue", "a quarter of an hour", _twice(QUEUED), 20, (A,)),
    Case("StuckInQueue", "ten minutes", QUEUED, 10),
    Case("StuckInQueue", "paused", QUEUED | REST, 50),
    Case("RunningLong", "near its time limit", _twice(RUNS | HOUR), 51, (A,)),
    Case("RunningLong", "far from usual", RUNS | HOUR | QUICK, 10, (A,)),
    Case("RunningLong", "half of its time limit", RUNS | HOUR, 30),
    Case("BackupOld", "27 hours", BACKED_UP, 27 * 60, (BACKUP,)),
    Case("BackupOld", "never", _on("backup_manager"), 27 * 60, (BACKUP,)),
    Case("BackupOld", "a new site", _on("backup_manager"), 60),
    Case("BackupOld", "a day", BACKED_UP, 24 * 60),
    Case(
        "BackupOld",
        "another service",
        _on("a") | _of("service_last_success_timestamp_seconds", "0x3000", **A),
        27 * 60,
    ),
    Case(
        "DaemonDown",
        "one of two",
        _twice(WANTED | _of("daemon_running_instances", "1x60", node="n1", **A)),
        5,
        (A,),
    ),
    Case("DaemonDown", "none at all", WANTED, 5, (A,)),
    Case(
        "DaemonDown",
        "both",
        _twice(
            WANTED
            | _of("daemon_running_instances", "1x60", node="n1", **A)
            | _of("daemon_running_instances", "1x60", node="n2", **A)
        ),
        5,
    ),
    Case("CrashLoop", "in a loop", _of("daemon_crash_loop_instances", "1x60", **A), 1, (A,)),
    Case("CrashLoop", "restarts", _twice(_of("daemon_restarts_total", "0+1x60", **A)), 20, (A,)),
    Case(
        "CrashLoop",
        "one restart",
        _of("daemon_restarts_total", "0x9 1x60", **A) | _of("daemon_crash_loop_instances", "0x60", **A),
        15,
    ),
    Case(
        "NodeLost",
        "silent",
        _twice(_of("node_last_heartbeat_timestamp_seconds", "0x60", node="n1")),
        3,
        ({"node": "n1"},),
    ),
    Case("NodeLost", "alive", _of("node_last_heartbeat_timestamp_seconds", "0+60x60", node="n1"), 30),
    Case("GroupStarved", "an hour", _twice(WAITING), 59, ({"run_group": "g"},)),
    Case("GroupStarved", "ten minutes", WAITING, 10),
    Case("GroupStarved", "maintenance", WAITING | MAINTENANCE, 59),
    Case(
        "JobQueueStuck",
        "nothing runs",
        _twice(JOBS | _of("jobs", "0x60", kind="k", state="running")),
        50,
        ({"kind": "k"},),
    ),
    Case("JobQueueStuck", "one runs", JOBS | _of("jobs", "1x60", kind="k", state="running"), 50),
    Case(
        "JobQueueStuck",
        "waits for a minute",
        _of("job_oldest_queued_timestamp_seconds", "0+60x60", kind="k")
        | _of("jobs", "0x60", kind="k", state="running"),
        50,
    ),
    Case("OutboxStuck", "nobody sends", _twice(MAIL | _on("mail_manager")), 50, ({},)),
    Case("OutboxStuck", "mail is switched off", MAIL, 50),
    Case("OutboxStuck", "ten minutes", MAIL | _on("mail_manager"), 10),
    Case("BeatStalled", "stands still", _twice(TICK | UP), 10, ({},)),
    Case("BeatStalled", "never ticked", UP, 10, ({},)),
    Case("BeatStalled", "ticks", UP | _of("beat_last_tick_timestamp_seconds", "0+60x60"), 10),
    Case("BeatStalled", "database away: nobody knows", _of("database_up", "0x60"), 10),
    Case("DatabaseAway", "for all", _twice(_of("database_up", "0x60")), 5, ({},)),
    Case(
        "DatabaseAway",
        "for one",
        {'tickworks_database_up{instance="web1"}': "0x60", 'tickworks_database_up{instance="web2"}': "1x60"},
        5,
    ),
    Case("BrokerAway", "for all", _twice(_of("broker_up", "0x60")), 5, ({},)),
    Case("BrokerAway", "there", _of("broker_up", "1x60"), 5),
    Case("ExporterMissing", "no target", {}, 5, ({},)),
    Case("ExporterMissing", "gone", _of("build_info", "1x10 _x60", version="1"), 20, ({},)),
    Case("ExporterMissing", "up", _twice(_of("build_info", "1x60", version="1")), 5),
)
