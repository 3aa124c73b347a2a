"""What a currency, a day rate and a voice account must be among the others; under the object lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.objects.problem import Unsound
from store.tx import Tx


def one_base(tx: Tx, columns: Mapping[str, Any], own_id: int | None) -> None:
    """All day rates are against one currency. Raises Unsound."""
    if not columns["is_base"]:
        return
    sql = "SELECT code FROM currency WHERE is_base AND archived_at IS NULL AND id <> ?"
    if other := tx.value(sql, (own_id or 0,)):
        raise Unsound("is_base", f"{other} is the base currency already: take that away first")
    sql = "SELECT 1 FROM day_rate WHERE currency_id = ? AND archived_at IS NULL LIMIT 1"
    if own_id is not None and tx.value(sql, (own_id,)):
        raise Unsound("is_base", "it has day rates, which the base currency has none of: archive them first")


def against_the_base(tx: Tx, columns: Mapping[str, Any], own_id: int | None) -> None:
    """The base currency has no day rate: it is 1 always. Raises Unsound."""
    if tx.value("SELECT 1 FROM currency WHERE id = ? AND is_base", (columns["currency_id"],)):
        raise Unsound("currency", "it is the base currency, which needs no day rates")


def own_calls(tx: Tx, columns: Mapping[str, Any], own_id: int | None) -> None:
    """An account is of a voice client, and no other means the same calls. Raises Unsound."""
    sql = "SELECT 1 FROM voice_client WHERE organisation_id = ? AND archived_at IS NULL"
    if not tx.value(sql, (columns["client_id"],)):
        raise Unsound("client", "it is no voice client yet: add one with its currency first")
    if columns["kind"] == "pin":
        return  # it is sealed by now: `store.rating.book` finds two that are the same
    sql = """SELECT name FROM voice_account
             WHERE archived_at IS NULL AND id <> ? AND kind = ? AND origin = ? AND tech_prefix = ?
             AND COALESCE(gateway_id, 0) = ? AND value = ?"""
    same = [columns[name] for name in ("kind", "origin", "tech_prefix")]
    if other := tx.value(sql, (own_id or 0, *same, columns["gateway_id"] or 0, columns["value"])):
        raise Unsound("", f"account {other} means the same calls: give one a tech prefix or a gateway")
