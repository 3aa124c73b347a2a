from __future__ import annotations

import pytest

from broker.queues import node_queue, run_queue


def test_the_roles_of_a_run_queue_are_sorted_and_named_once() -> None:
    assert run_queue(["processing", "master", "master"]) == "tickworks.run.master+processing"


def test_a_run_queue_without_roles_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        run_queue([])


def test_a_node_has_a_queue_of_its_own() -> None:
    assert node_queue("n1") == "tickworks.node.n1"
