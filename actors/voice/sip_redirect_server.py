"""Answers SIP calls with the routes they should take."""

from actors import Daemon, Task, planned

SERVICE = planned(
    name="sip_redirect_server",
    title="SIP Redirect Server",
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    roles=("master", "redundancy", "reporting", "processing"),
    instances="each",
    tasks=(Task("Serve SIP redirects"),),
)
