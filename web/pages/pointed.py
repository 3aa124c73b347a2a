"""Sentences that name a command of the command line name the page for it, where they are read on a page."""

from __future__ import annotations

import re
from urllib.parse import quote

from markupsafe import Markup, escape

_COMMAND = re.compile(r"`tickworks ([^`]+)`")

#: The first words of a command, the page that does the same (``{}``: the word that follows), and its name.
PLACES = {
    "alerts": ("/alerts", "Alerts"),
    "calls days": ("/calls/days", "Days of calls"),
    "campaign list": ("/campaigns", "Campaigns"),
    "checks": ("/checks", "Checks"),
    "directory copies": ("/directories/copies", "Copies"),
    "directory users": ("/directory", "Users of directories"),
    "events rules": ("/events/rules", "Rules of events"),
    "files list": ("/calls/files", "Files of calls"),
    "hooks calls": ("/hooks", "Hooks"),
    "hooks list": ("/hooks", "Hooks"),
    "jobs add": ("/jobs/new", "Order a job"),
    "jobs kinds": ("/jobs/new", "Kinds of jobs"),
    "jobs list": ("/jobs", "Jobs"),
    "jobs show": ("/jobs/{}", "Job"),
    "nodes": ("/nodes", "Nodes"),
    "object list": ("/objects/{}", "Objects"),
    "reports list": ("/reports", "Reports"),
    "rerating list": ("/calls/rerating", "Reratings"),
    "restart": ("/services/{}", "Restart"),
    "run": ("/services/{}/run", "Run…"),
    "runs": ("/runs", "Runs"),
    "sample clear": ("/settings/profiles", "Profiles"),
    "schedule": ("/services/{}/edit", "Edit"),
    "secret list": ("/settings/secrets", "Secrets"),
    "secret set": ("/settings/secrets", "Secrets"),
    "servers": ("/servers", "Servers"),
    "services": ("/", "Services"),
    "show": ("/services/{}", "its page"),
    "site destroy": ("/held", "Held"),
    "site go-live": ("/held", "Held"),
    "site held": ("/held", "Held"),
    "site profile": ("/settings/profiles", "Profiles"),
    "ticket list": ("/tickets", "Tickets"),
    "token add": ("/profile", "My profile"),
    "token list": ("/settings/tokens", "Tokens"),
    "user enable": ("/settings/users", "Users"),
    "user link": ("/settings/users", "Users"),
    "user list": ("/settings/users", "Users"),
    "user role": ("/settings/users", "Users"),
    "user unlink": ("/settings/users", "Users"),
    "workflow list": ("/workflows", "Workflows"),
}


def pointed(text: object) -> Markup:
    """The text as HTML: commands that a page stands for as links to it, others as code."""
    parts = _COMMAND.split(str(text))
    return Markup("").join(_place(part) if n % 2 else escape(part) for n, part in enumerate(parts))


def _place(command: str) -> Markup:
    words = command.split()
    for length in (2, 1):
        path, name = PLACES.get(" ".join(words[:length]), ("", ""))
        further = [word for word in words[length:] if not word.startswith("-")]
        if path and ("{}" not in path or further):
            address = path.format(*[quote(word, safe="") for word in further])
            return Markup('<a href="{}">{}</a>').format(address, name)
    return Markup("<code>tickworks {}</code>").format(command)
