"""Answers RADIUS requests: may this call go out, over which routes, for how long."""

from actors import Daemon, Task, planned

SERVICE = planned(
    name="radius_server",
    title="RADIUS Server",
    family="voice",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    roles=("master", "redundancy", "reporting", "processing"),
    instances="each",
    tasks=(Task("Serve RADIUS authorisation and accounting"),),
)
