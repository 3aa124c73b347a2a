"""Fetches new call record files from the switches."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="files_downloader",
    title="Files Downloader",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=1),
    tasks=(Task("Download new xDR files", effect="outward"),),
)
