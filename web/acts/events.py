"""The configuration of the event log: which events go to whom by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from domain.digest import ADMIN, Rule
from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from node.site import Site
from store import change, database, event_rule
from store.tx import Tx
from web.acts.refusal import Refusal

#: Of a rule's fields, those that nobody sets.
_OWN = ("name", "cursor", "told_at", "revision")
LONGEST_WORD = 100
#: So many words or recipients a rule has at most.
MOST_WORDS = 50


class RuleEdited(Refusal):
    """Somebody else edited the rule since it was looked at: ``current`` is the rule as it is now."""

    def __init__(self, text: str, current: Rule) -> None:
        super().__init__("edited_meanwhile", text)
        self.current = current


def save_rule(
    site: Site,
    name: str,
    *,
    to: Sequence[str],
    types: Sequence[str] = (),
    senders: Sequence[str] = (),
    tags: Sequence[str] = (),
    enabled: bool = True,
    by: str,
    reason: str | None = None,
    new: bool = False,
    expect: int | None = None,
) -> Rule:
    """Add a rule or write it anew; `to` are addresses or ``admin``, the rest words (none: any).

    `new`: refuse if one of this name is there; ``expect``: if it is no longer of the revision that was
    looked at. Raises Refusal (bad_value, exists), RuleEdited.
    """
    made = Rule(name, tuple(types), tuple(senders), tuple(tags), _recipients(to), enabled=enabled)
    _check(made)

    def work(tx: Tx) -> None:
        before = _rule(tx, name)
        if new:
            if not event_rule.add(tx, made):
                raise Refusal("exists", f"there is a rule {name} already: edit it, or choose another name")
        elif expect is None:
            event_rule.put(tx, made)
        elif not event_rule.change(tx, made, expect):
            raise _meanwhile(tx, site, _known(tx, name))
        _record(tx, site, by, "event rule", name, _words(before), _words(made), reason)

    database.write(work)
    return made


def switch_rule(site: Site, name: str, enabled: bool, *, by: str, reason: str | None = None) -> bool:
    """Let a rule send mail, or keep it without sending; False if it was so. Raises Refusal (bad_value)."""

    def work(tx: Tx) -> bool:
        _known(tx, name)
        if not event_rule.switch(tx, name, enabled):
            return False
        action = f"event rule {'enabled' if enabled else 'disabled'}"
        _record(tx, site, by, action, name, None, None, reason)
        return True

    return database.write(work)


def delete_rule(
    site: Site, name: str, *, by: str, reason: str | None = None, expect: int | None = None
) -> None:
    """Delete a rule; ``expect`` as in `save_rule`. Raises Refusal (bad_value), RuleEdited."""

    def work(tx: Tx) -> None:
        before = _known(tx, name)
        if not event_rule.remove(tx, name, expect):
            raise _meanwhile(tx, site, before)
        _record(tx, site, by, "event rule deleted", name, _words(before), None, reason)

    database.write(work)


def _meanwhile(tx: Tx, site: Site, current: Rule) -> RuleEdited:
    last = change.last(tx, current.name)
    who = "somebody else"
    if last is not None and last["action"].startswith("event rule"):
        at = datetime.fromtimestamp(last["at"], site.zone)
        who = f"{last['actor']} ({last['action']}, {at:%H:%M:%S})"
    return RuleEdited(f"rule {current.name} was edited meanwhile by {who}: look at it again", current)


def _known(tx: Tx, name: str) -> Rule:
    rule = _rule(tx, name)
    if rule is None:
        raise Refusal("bad_value", f"there is no rule {name}: `tickworks events rules` lists them")
    return rule


def _rule(tx: Tx, name: str) -> Rule | None:
    return next((rule for rule in event_rule.rules(tx) if rule.name == name), None)


def _recipients(words: Sequence[str]) -> tuple[str, ...]:
    if not words:
        raise Refusal("bad_value", f"to: give an address, or {ADMIN} for those of [site] admin")
    try:
        return tuple(word if word == ADMIN else checked_address("--to", word) for word in words)
    except MailProblem as problem:
        raise Refusal("bad_value", str(problem)) from problem


def _check(rule: Rule) -> None:
    for words in ((rule.name,), rule.types, rule.senders, rule.tags):
        for word in words:
            if not word or word.split() != [word] or not word.isprintable():
                raise Refusal("bad_value", f"{word!r}: expected one word without spaces")
            if len(word) > LONGEST_WORD:
                raise Refusal("bad_value", f"{word[:20]!r}…: expected at most {LONGEST_WORD} letters")
    for name, words in (("types", rule.types), ("senders", rule.senders), ("tags", rule.tags)):
        if len(words) > MOST_WORDS:
            raise Refusal("bad_value", f"{name}: expected at most {MOST_WORDS}, got {len(words)}")
    if len(rule.recipients) > MOST_WORDS:
        raise Refusal("bad_value", f"to: expected at most {MOST_WORDS}, got {len(rule.recipients)}")


def _words(rule: Rule | None) -> dict[str, Any] | None:
    """What an operator has set of it."""
    if rule is None:
        return None
    return {key: value for key, value in asdict(rule).items() if key not in _OWN}


def _record(
    tx: Tx, site: Site, by: str, action: str, name: str, before: Any, after: Any, reason: str | None
) -> None:
    now = site.clock.now()
    change.record(
        tx, actor=by, action=action, target=name, now=now, before=before, after=after, reason=reason
    )
