"""Does a person find the service they mean?"""

from __future__ import annotations

import pytest

from actors.catalogue import load
from actors.lookup import Catalogue, UnknownService
from actors.service import Service


@pytest.mark.parametrize(
    "words",
    ["calling_cards_manager", "Calling_Cards_Manager", "Calling Cards Manager", " calling card manager "],
)
def test_a_service_is_found_by_name_title_or_alias(words: str) -> None:
    assert load().get(words).name == "calling_cards_manager"


def test_the_exact_name_wins_over_another_services_title() -> None:
    catalogue = _catalogue(Service(name="night", title="Day"), Service(name="day", title="Night"))
    assert catalogue.get("day").name == "day"
    assert catalogue.get("DAY").name == "day"


def test_a_title_of_two_services_is_not_guessed() -> None:
    catalogue = _catalogue(Service(name="a", title="Backup"), Service(name="b", title="Backup"))
    with pytest.raises(UnknownService, match="'Backup' is the title of a and b: use the name"):
        catalogue.get("Backup")


@pytest.mark.parametrize(
    ("words", "meant"),
    [("cache_manger", "cache_manager"), ("Cache Managr", "cache_manager"), ("CLEANR", "cleaner")],
)
def test_a_typing_error_is_answered_with_the_name_meant(words: str, meant: str) -> None:
    with pytest.raises(UnknownService, match=f"did you mean {meant}"):
        load().get(words)


def test_a_word_like_nothing_points_to_the_list() -> None:
    with pytest.raises(UnknownService, match="there is no service 'qqq': see `tickworks services`"):
        load().get("qqq")


def test_a_service_that_is_off_says_how_to_switch_it_on() -> None:
    with pytest.raises(UnknownService, match="tickworks site profile on voice") as caught:
        load([]).get("calculator")
    assert caught.value.profile == "voice"


def test_the_profiles_name_their_services_in_order() -> None:
    profiles = load(["monitoring"]).profiles_of()
    assert profiles["monitoring"] == (
        "exchange_cpu_memory_stats",
        "exchange_service_stats",
        "exchange_volume_stats",
        "monitoring",
        "server_stats",
    )


def test_a_catalogue_reads_like_a_mapping_that_nobody_changes() -> None:
    catalogue = _catalogue(Service(name="a", title="A"), Service(name="b", title="B"))
    assert list(catalogue) == ["a", "b"]
    assert len(catalogue) == 2
    assert catalogue["a"].title == "A"
    with pytest.raises(TypeError):
        catalogue.services["c"] = Service(name="c", title="C")  # type: ignore[index]


def _catalogue(*services: Service) -> Catalogue:
    return Catalogue({service.name: service for service in services})
