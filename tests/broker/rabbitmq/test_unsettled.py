"""Which tags a channel is told of: never too many, never another channel's."""

from __future__ import annotations

import random

from broker.rabbitmq.unsettled import Unsettled


def test_a_receipt_of_an_earlier_channel_settles_nothing() -> None:
    old = Unsettled(1).arrived(1)
    now = Unsettled(2)
    now.arrived(1)
    assert (list(now.settle_together([old])), now.settle([old])) == ([], [])


def test_a_message_is_settled_once() -> None:
    channel = Unsettled(1)
    receipt = channel.arrived(1)
    assert (channel.settle([receipt]), channel.settle([receipt])) == ([1], [])


def test_the_oldest_are_settled_in_one_go() -> None:
    channel = Unsettled(1)
    receipts = [channel.arrived(tag) for tag in range(1, 6)]
    assert list(channel.settle_together([receipts[2], receipts[0], receipts[1], receipts[4]])) == [
        (3, True),
        (5, False),
    ]


def test_any_order_of_answers_settles_exactly_what_is_meant() -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(200):
        channel = Unsettled(1)
        on_server: set[int] = set()
        receipts = {}
        for tag in range(1, 40):
            receipts[tag] = channel.arrived(tag)
            on_server.add(tag)
            if chance.random() < 0.3:
                meant = set(chance.sample(sorted(receipts), chance.randint(0, len(receipts))))
                expected = on_server - meant
                for answer, multiple in channel.settle_together([receipts.pop(one) for one in meant]):
                    on_server -= {one for one in on_server if one <= answer} if multiple else {answer}
                assert on_server == expected
