"""Fetches new call record files from the switches.

A file is here whole or not at all, and each version of it once; what is deleted or moved on a switch is
asked for first.
"""

from __future__ import annotations

from datetime import timedelta

from actors import Context, Outcome, Periodic, Task, service


def download(context: Context) -> Outcome:
    """Fetch what is new and finished from all data sources."""
    from actors.fetching.fetch import fetch

    return fetch(context)


@service(
    title="Files Downloader",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=5, align=1),
    time_limit=timedelta(minutes=18),
    proof="real",
    proof_note="OpenSSH for SFTP and SCP, vsftpd for FTP with and without TLS.",
    tasks=(Task("Download new xDR files", download, effect="outward"),),
)
def files_downloader(context: Context) -> Outcome:
    """Run the step."""
    return context.run_steps()
