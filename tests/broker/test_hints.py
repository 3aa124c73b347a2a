"""Does a hint reach whoever can do the part, and is one that nobody here can take no trouble?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from broker.declare import declare_hints
from broker.publish import HINT_ACTOR, Publisher
from broker.stub import StubBroker


def test_a_hint_goes_to_the_queue_of_its_node_and_is_no_run() -> None:
    broker = StubBroker()
    assert Publisher(broker).hint("n2", "calculator", {"batch": 1, "fence": 7})
    ((queue, raws),) = [(queue, raws) for queue, raws in broker.queues.items() if raws]
    message = json.loads(raws[0].body)
    assert (queue, message["actor_name"]) == ("tickworks.node.n2", HINT_ACTOR)
    assert message["kwargs"] == {"service": "calculator", "words": {"batch": 1, "fence": 7}}


def test_it_is_given_to_the_helper_of_its_service() -> None:
    taken: list[Mapping[str, Any]] = []

    broker = StubBroker()
    declare_hints(broker, "n2", {"calculator": taken.append})
    for service in ("calculator", "of_another_release"):
        broker.get_actor(HINT_ACTOR).fn(service=service, words={"batch": 1})
    assert taken == [{"batch": 1}]
