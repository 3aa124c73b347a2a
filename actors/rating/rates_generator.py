"""Builds selling rates from vendors' rates, on request or when a source changes."""

from actors import Daemon, Task, planned

SERVICE = planned(
    name="rates_generator",
    title="Rates Generator",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Daemon(),
    tasks=(Task("Generate rate tables"),),
)
