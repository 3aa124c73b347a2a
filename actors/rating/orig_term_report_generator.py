"""Joins the two legs of each call, so that the margin of a route can be seen."""

from actors import Periodic, Task, planned

SERVICE = planned(
    name="orig_term_report_generator",
    title="Orig-Term Report Generator",
    family="rating",
    profile="voice",
    origin="jerasoft",
    schedule=Periodic(minutes=16, align=9),
    tasks=(Task("Join origination and termination legs for the report"),),
)
