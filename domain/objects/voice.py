"""Whose calls are whose: gateways, voice clients, the accounts by which their calls are known, rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from domain.objects.kind import Declared, Kind
from domain.objects.marks import Ref
from domain.objects.scaled import Credit, Until
from domain.objects.tariffs import CurrencyKey, Tag, Zone
from domain.objects.text import Host, Name, Needed, Note, Optional, Secret, Words
from domain.rating.account import Edit
from domain.rating.notation import code, known_by, translation
from domain.rating.rule import Rule, Stage, in_order

STAGES = {"initial": Stage.INITIAL, "after_client": Stage.AFTER_CLIENT, "after_rate": Stage.AFTER_RATE}


def _translations(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        translation(text)
    return texts


def _codes(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code(text) for text in texts)


Table = Annotated[str | None, Optional, Ref("rate_table")]
GatewayKey = Annotated[str | None, Optional, Ref("gateway")]
Party = Annotated[str | None, Optional, Ref("organisation")]
Tags = Annotated[tuple[Tag, ...], Field(max_length=50)]
#: What begins numbers: characters, for numbers may hold more than digits before they are translated.
Starts = Annotated[
    tuple[Annotated[Words, Field(min_length=1, pattern=r"^[!-~]+$")], ...], Field(max_length=500)
]
Codes = Annotated[tuple[Words, ...], AfterValidator(_codes), Field(max_length=500)]
Front = Annotated[str, Field(pattern=r"^[!-~]{0,40}$")]
Cut = Annotated[int, Field(ge=0, le=40)]


class Gateway(Declared):
    name: Name = Field(title="Name", description="Calls keep this name; accounts may be of one gateway.")
    source_of_record: Literal["file", "radius", "merge"] = Field(
        "file", title="Calls come by", description="Files, RADIUS, or both of the same call."
    )
    addresses: Annotated[tuple[Host, ...], Field(max_length=100)] = Field(
        (), title="Addresses", description="Host names or IP addresses of the switch."
    )
    zone: Zone = Field("UTC", title="Time zone", description="Of stamps in its files that name none.")
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")


class VoiceClient(Declared):
    organisation: Annotated[str, Needed, Ref("organisation")] = Field(
        title="Organisation", min_length=1, description="Customer, vendor or reseller."
    )
    currency: CurrencyKey = Field(title="Currency", min_length=1, description="Of its balance.")
    orig_table: Table = Field(None, title="Table as customer", description="For calls that come from it.")
    term_table: Table = Field(None, title="Table as vendor", description="For calls that go to it.")
    credit: Credit = Field("0", title="Credit", description="What it may owe, in its currency.")
    zone: Zone = Field("UTC", title="Time zone", description="Of its days and invoices.")
    enabled: bool = Field(True, title="Active", description="Whether new calls are let through.")
    note: Note = Field("", title="Note")


class VoiceAccount(Declared):
    name: Name = Field(title="Name")
    client: Annotated[str, Needed, Ref("organisation")] = Field(
        title="Client", min_length=1, description="The organisation that pays, a voice client."
    )
    kind: Literal["ip", "name", "number", "pin"] = Field(
        "ip", title="Known by", description="Looked for in this order."
    )
    value: Words = Field(
        "", title="Value", description="The address, name or calling number; of a PIN nothing."
    )
    pin: Secret = Field("", title="PIN", description="Of an account that is known by one.")
    tech_prefix: Front = Field(
        "", title="Tech prefix", description="Called numbers begin with it; it is cut off."
    )
    gateway: GatewayKey = Field(None, title="Gateway", description="Only calls through this one.")
    origin: Literal["orig", "term"] = Field(
        "orig", title="Side", description="orig: calls that come from it; term: calls that go to it."
    )
    rate_table: Table = Field(None, title="Rate table", description="Instead of its client's.")
    translations: Annotated[tuple[Words, ...], AfterValidator(_translations), Field(max_length=50)] = Field(
        (),
        title="Number translations",
        description="Such as dst 00>, src 0>49: the first that fits dst, and the first that fits src.",
    )
    tags: Tags = Field((), title="Tags", description="Join those of its calls; rates may ask for them.")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _is_known_by_something(self) -> VoiceAccount:
        if self.kind == "pin":
            if self.value or not self.pin:
                raise ValueError(
                    "an account of kind pin has its PIN there, where nobody sees it, and no value"
                )
        elif self.pin:
            raise ValueError(f"an account of kind {self.kind} has no PIN")
        else:
            object.__setattr__(self, "value", known_by(self.kind, self.value))
        return self


class TrafficRule(Declared):
    name: Name = Field(title="Name")
    stage: Literal["initial", "after_client", "after_rate"] = Field(
        "initial",
        title="When",
        description="Before the account is looked for, when the client is known, or the rate.",
    )
    position: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        100,
        title="Order",
        description="Lower ones are first; equal ones in the order in which they were added.",
    )
    until: Until = Field(
        None, title="Until before", description="For calls that begin before it; empty: always."
    )
    origin: Literal["any", "orig", "term"] = Field("any", title="Side")
    gateway: GatewayKey = Field(None, title="Gateway")
    client: Party = Field(None, title="Client")
    account: Annotated[str | None, Optional, Ref("voice_account")] = Field(None, title="Account")
    tags: Tags = Field((), title="Tags", description="The call carries all of them.")
    dst: Starts = Field((), title="Called number begins with", description="One of these.")
    not_dst: Starts = Field((), title="And not with")
    src: Starts = Field((), title="Calling number begins with", description="One of these.")
    not_src: Starts = Field((), title="But not with")
    codes: Codes = Field(
        (), title="Code of the rate begins with", description="One of these, when it is known."
    )
    add_tags: Tags = Field((), title="Adds tags")
    strip_dst: Cut = Field(0, title="Cut off the called number", description="So many characters in front.")
    add_dst: Front = Field("", title="Put before it")
    strip_src: Cut = Field(0, title="Cut off the calling number")
    add_src: Front = Field("", title="Put before that")
    verdict: Literal["continue", "allow", "deny"] = Field(
        "continue", title="Then", description="Go on, skip the rest of this stage, or deny the call."
    )
    enabled: bool = Field(True, title="Active")
    note: Note = Field("", title="Note")

    @model_validator(mode="after")
    def _can_work(self) -> TrafficRule:
        rule = Rule(
            id=0,
            stage=STAGES[self.stage],
            clients=frozenset((1,) if self.client else ()),
            accounts=frozenset((1,) if self.account else ()),
            code=self.codes,
            edit_dst=Edit(self.strip_dst, self.add_dst),
            edit_src=Edit(self.strip_src, self.add_src),
        )
        try:
            in_order([rule])
        except ValueError as error:
            raise ValueError(str(error).partition(": ")[2]) from None
        return self


KINDS = (
    Kind(
        "gateway", "Gateway", "Gateways", "gateway", "voice", Gateway, about="Switches whose calls are rated."
    ),
    Kind(
        "voice_client",
        "Voice client",
        "Voice clients",
        "voice_client",
        "voice",
        VoiceClient,
        key="organisation",
        about="Organisations with calls: currency, rate tables, credit.",
    ),
    Kind(
        "voice_account",
        "Voice account",
        "Voice accounts",
        "voice_account",
        "voice",
        VoiceAccount,
        about="By what the calls of a client are known.",
    ),
    Kind(
        "traffic_rule",
        "Traffic rule",
        "Traffic rules",
        "traffic_rule",
        "voice",
        TrafficRule,
        about="Calls that are denied, tagged or renumbered.",
    ),
)
