"""All rate tables in memory, laid out for searching: codes, their rates by preference, their versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.rating.arrays import NEVER, NONE
from domain.rating.charge import ROUNDINGS
from domain.rating.codes import Codes, flatten
from domain.rating.numbers import PLACES, Numbers
from domain.rating.rate import LAST, LONGEST, Rate, RateTable, problem
from domain.rating.time_profile import TimeProfile
from domain.rating.versions import Versions, in_order

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints


@dataclass(frozen=True, slots=True)
class Offers:
    """What a code offers, in order of preference: all versions of one rate are one offer.

    `first` and `count` by 2 x code, and by 2 x code + 1 for what is additive. A caller's key lies in
    [`src_from`, `src_to`); `tag` and `profile` are places, NONE for any.
    """

    first: Ints
    count: Ints
    src_from: Ints
    src_to: Ints
    tag: Ints
    profile: Ints
    plain: bool
    additive: bool


@dataclass(frozen=True, slots=True)
class Tariff:
    """Places in `tables` and in the columns of rates stand for tables and rates everywhere below."""

    tables: tuple[RateTable, ...]
    profiles: tuple[TimeProfile, ...]
    tags: tuple[str, ...]
    parent: Ints
    codes: Codes
    code_texts: tuple[str, ...]
    offers: Offers
    versions: Versions
    rates: dict[str, Ints]
    rounding: Ints
    minimum_over_grace: Flags

    @classmethod
    def of(
        cls, tables: Sequence[RateTable], rates: Iterable[Rate], profiles: Sequence[TimeProfile] = ()
    ) -> Tariff:
        """Raises ValueError with one line for the first that is wrong, or refers to what is not there."""
        import numpy as np

        profiles = sorted(profiles, key=lambda profile: profile.name)
        place = {table.id: at for at, table in enumerate(tables)}
        columns = _columns(list(rates), place, {each.name: at for at, each in enumerate(profiles)})
        tags = columns.pop("tags")
        code_texts = columns.pop("codes")
        codes, columns["code"] = flatten(columns["table"], columns["key"], columns["length"])
        order = np.lexsort(
            (
                columns["id"],
                columns["since"],
                *(columns[name] for name in ("profile", "any_profile", "tag", "any_tag")),
                *(columns["src_from"], -columns["src_length"], columns["additive"], columns["code"]),
            )
        )
        texts = dict(zip(columns["code"].tolist(), code_texts, strict=True))
        columns = {name: column[order] for name, column in columns.items()}
        offers, offer = _offers(columns, len(codes.length))
        versions = in_order(offer, columns["since"], columns["until"], np.arange(len(offer)))
        return cls(
            tuple(tables),
            tuple(profiles),
            tags,
            _parents(tables, place),
            codes,
            tuple(texts[at] for at in range(len(codes.length))),
            offers,
            versions,
            columns,
            np.array([ROUNDINGS.index(table.rounding) for table in tables], np.int64),
            np.array([table.minimum_over_grace for table in tables], np.bool_),
        )


def _columns(rates: list[Rate], tables: dict[int, int], profiles: dict[str, int]) -> dict[str, Any]:
    """A column for each field, checked together; the texts of the codes and all tags besides."""
    import numpy as np

    fields: dict[str, Any] = dict(
        zip(Rate._fields, zip(*rates, strict=True) if rates else ((),) * len(Rate._fields), strict=True)
    )
    tags = tuple(sorted(set(fields["tag"]) - {""}))
    tag_places = {"": NONE, **{tag: at for at, tag in enumerate(tags)}}
    try:
        fields["table"] = [tables[each] for each in fields["table"]]
        fields["profile"] = [NONE if not each else profiles[each] for each in fields["profile"]]
    except KeyError:
        _refuse(rates, tables, profiles)
    codes, callers = fields.pop("code"), fields.pop("src_code")
    fields["tag"] = [tag_places[each] for each in fields["tag"]]
    fields["until"] = [NEVER if each is None else each for each in fields["until"]]
    try:
        columns: dict[str, Any] = {name: np.array(values, np.int64) for name, values in fields.items()}
    except OverflowError:
        _refuse(rates, tables, profiles)
    good = "+" not in "".join(codes) + "".join(callers)
    for prefix, texts in (("", codes), ("src_", callers)):
        numbers = Numbers.of(texts)
        columns[f"{prefix}length"] = numbers.lengths
        columns["src_from" if prefix else "key"] = numbers.keys
        good &= not (numbers.wrong & (numbers.lengths > 0) | (numbers.lengths > PLACES)).any()
    columns["src_to"] = columns["src_from"] + 11 ** (PLACES - columns["src_length"])
    columns["any_tag"] = (columns["tag"] == NONE).astype(np.int64)
    columns["any_profile"] = (columns["profile"] == NONE).astype(np.int64)
    since, until = columns["since"], columns["until"]
    good &= not ((since < 0) | (since > LAST) | (until <= since) | (until > LAST) & (until != NEVER)).any()
    for name, least, top in (
        *(("unit", 1, LONGEST), ("interval", 1, LONGEST), ("minimum", 0, LONGEST), ("grace", 0, LONGEST)),
        *(("price", 1 - 2**62, 2**62), ("setup", 1 - 2**62, 2**62)),
    ):
        good &= not ((columns[name] < least) | (columns[name] >= top)).any()
    if not good:
        _refuse(rates, tables, profiles)
    return {**columns, "tags": tags, "codes": codes}


def _refuse(rates: list[Rate], tables: dict[int, int], profiles: dict[str, int]) -> None:
    """Say which rate is wrong."""
    for rate in rates:
        said = problem(rate)
        if rate.table not in tables:
            said = f"there is no rate table {rate.table}"
        elif rate.profile and rate.profile not in profiles:
            said = f"there is no time profile {rate.profile!r}"
        if said:
            raise ValueError(f"rate {rate.id} of code {rate.code!r}: {said}")
    raise ValueError("a rate is wrong")


def _offers(columns: dict[str, Ints], codes: int) -> tuple[Offers, Ints]:
    """The offers, and the offer of each rate, from columns in order of preference."""
    import numpy as np

    new = np.ones(len(columns["id"]), np.bool_)
    if len(new):
        new[1:] = False
    for name in ("code", "additive", "src_from", "tag", "profile"):
        new[1:] |= columns[name][1:] != columns[name][:-1]
    rows = np.nonzero(new)[0]
    of_code = 2 * columns["code"][rows] + columns["additive"][rows]
    edges = np.searchsorted(of_code, np.arange(2 * codes + 1))
    src_length, tag, profile = (columns[name][rows] for name in ("src_length", "tag", "profile"))
    offers = Offers(
        first=edges[:-1].astype(np.int64),
        count=np.diff(edges).astype(np.int64),
        src_from=columns["src_from"][rows],
        src_to=columns["src_to"][rows],
        tag=tag,
        profile=profile,
        plain=not ((src_length > 0) | (tag != NONE) | (profile != NONE)).any(),
        additive=bool(columns["additive"].any()),
    )
    return offers, np.cumsum(new).astype(np.int64) - 1


def _parents(tables: Sequence[RateTable], place: dict[int, int]) -> Ints:
    """The place of each table's parent. Raises ValueError if there is none such, or tables go in a circle."""
    import numpy as np

    if len(place) < len(tables):
        raise ValueError("two rate tables have the same id")
    for table in tables:
        seen, at = [table.id], table
        while at.parent is not None:
            if at.parent not in place:
                raise ValueError(f"rate table {at.id}: there is no parent {at.parent}")
            if at.parent in seen:
                raise ValueError(f"rate tables go in a circle: {' > '.join(map(str, [*seen, at.parent]))}")
            at = tables[place[at.parent]]
            seen.append(at.id)
    return np.array([NONE if each.parent is None else place[each.parent] for each in tables], np.int64)
