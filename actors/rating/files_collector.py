"""Reads finished call record files of the switches into raw records.

A file is known by path, size and content: the same one is never read twice.
"""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="files_collector",
    title="Files Collector",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=10, align=8),
    run_groups=("stats_processing",),
    tasks=(Task("Parse new xDR files into raw records"),),
)
