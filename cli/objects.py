"""`tickworks object`: what operators supply, of each kind in the same way."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import output
from cli.secret_input import asked_for
from cli.system import System, acting, reading
from cli.words import Json, Reason
from config.secrets import is_reference
from domain.objects.catalogue import KINDS
from domain.objects.checked import from_text, to_text
from domain.objects.kind import Kind
from web.acts.object_named import kind_named
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Organisations, servers, checks and all else that you supply.")

KindName = Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(kind.name for kind in KINDS)}.")]
Named = Annotated[str, typer.Argument(metavar="NAME", help="Its key; SCOPE/NAME or id:NUMBER works too.")]


@app.command("kinds")
def kinds(ctx: typer.Context, as_json: Json = False) -> None:
    """What kinds of objects there are, and how many of each."""
    rows = reading(ctx).objects.kinds()
    if as_json:
        output.print_json({"kinds": rows})
        return
    table = output.table("KIND", "THERE ARE", "PROFILE", "WHAT IT IS", right=("THERE ARE",))
    for row in rows:
        profile = row["profile"] if row["on"] else f"{row['profile']} (off)"
        table.add_row(row["name"], str(row["count"]), profile, row["about"])
    output.console().print(table)


@app.command("list")
def list_(
    ctx: typer.Context,
    kind: KindName,
    search: Annotated[str | None, typer.Option("--search", help="A part of any text.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Those that are archived instead.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="How many.")] = 1000,
    as_json: Json = False,
) -> None:
    """The objects of a kind."""
    of = kind_named(kind)
    rows = reading(ctx).objects.listing(of, search, archived, limit)
    if as_json:
        output.print_json({"objects": rows})
        return
    if not rows:
        output.note(f"no {of.plural.lower()}: `tickworks object set {of.name} NAME FIELD=VALUE …` adds one")
        return
    shapes = ("text", "choice", "reference", "switch", "money", "moment")
    columns = [field for field in of.fields if field.shape in shapes][:7]
    table = output.table(*(field.name.upper() for field in columns))
    for row in rows:
        table.add_row(*(to_text(field, row[field.name]) for field in columns))
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, kind: KindName, name: Named, as_json: Json = False) -> None:
    """All of one object; of a secret only where it is."""
    of = kind_named(kind)
    row = reading(ctx).objects.one(of, name)
    if as_json:
        output.print_json(row)
        return
    pairs = [(field.name, to_text(field, row[field.name])) for field in of.fields]
    users = ", ".join(f"{each['kind']} {each['label']}" for each in row["used_by"])
    times = [(name.replace("_", " "), row[name]) for name in ("created_at", "changed_at", "archived_at")]
    more = [("id", row["id"]), ("revision", row["revision"]), *times, ("used by", users)]
    output.console().print(output.facts([*pairs, *more]))


@app.command("set")
def set_(
    ctx: typer.Context,
    kind: KindName,
    name: Named,
    values: Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE…")] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", metavar="FIELD", help="Ask for this secret; may be repeated."),
    ] = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Change an object, or add it if there is none of this name."""
    of = kind_named(kind)
    given = {**_values(of, values or []), **_secrets(of, secret or [])}
    system = acting(ctx)
    row, new = _set(system, of, name, given, reason)
    if as_json:
        output.print_json(row)
        return
    typer.echo(f"{of.title.lower()} {row['label']} is {'added' if new else 'changed'}")


@app.command("archive")
def archive(ctx: typer.Context, kind: KindName, name: Named, reason: Reason = None) -> None:
    """Put an object away; refused while others refer to it."""
    of = kind_named(kind)
    acting(ctx).objects.archive(of, name, reason)
    typer.echo(f"{of.title.lower()} {name} is archived")


@app.command("test")
def try_out(ctx: typer.Context, kind: KindName, name: Named, as_json: Json = False) -> None:
    """Try the connection that an object describes; exit code 1 if it does not work."""
    lines = acting(ctx).objects.test(kind_named(kind), name)
    works = all(ok for ok, _ in lines)
    if as_json:
        output.print_json({"works": works, "lines": [{"ok": ok, "text": text} for ok, text in lines]})
    else:
        for ok, text in lines:
            typer.echo(f"{'ok    ' if ok else 'failed'}  {text}")
    if not works:
        raise typer.Exit(1)


@app.command("import")
def import_(
    ctx: typer.Context,
    kind: KindName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8; - is standard input.")],
    preview: Annotated[bool, typer.Option("--preview", help="Only say what each row would do.")] = False,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Add and change objects as a CSV file says; exit code 1 if a row is wrong."""
    of = kind_named(kind)
    data = _read(file)
    done = acting(ctx).objects.take(of, data, preview, reason)
    counts = done["counts"]
    if as_json:
        output.print_json(done)
    else:
        for row in done["rows"]:
            if row["what"] == "error":
                output.note(f"line {row['line']}: {row['label'] + ': ' if row['label'] else ''}{row['text']}")
        words = (("create", "added"), ("change", "changed"), ("same", "as they are"), ("error", "wrong"))
        said = ", ".join(f"{counts[what]} {word}" for what, word in words)
        typer.echo(f"{'it would be: ' if preview else ''}{said}")
    if counts["error"]:
        raise typer.Exit(1)


@app.command("export")
def export(ctx: typer.Context, kind: KindName) -> None:
    """All objects of a kind as CSV, which can be imported again."""
    sys.stdout.write(reading(ctx).objects.export(kind_named(kind)))


def _set(
    system: System, kind: Kind, name: str, given: dict[str, Any], reason: str | None
) -> tuple[dict[str, Any], bool]:
    """The object, and whether it is new."""
    ids = system.objects.ids(kind, name)
    if kind.also and ids:
        ids = _versions(system, kind, ids, given)
    if len(ids) == 1:
        return system.objects.change(kind, ids[0], given, reason), False
    if ids:
        return system.objects.one(kind, name), False  # which says that there are several
    own = {kind.key: name}
    if kind.scope is not None:
        scope, slash, key = name.partition("/")
        own = {kind.scope: scope, kind.key: key} if slash else own
    return system.objects.add(kind, {**own, **given}, reason), True


def _versions(system: System, kind: Kind, ids: list[int], given: dict[str, Any]) -> list[int]:
    """Of the versions of an object those with the values that are given for what tells them apart."""
    wanted = {each: kind.taken(each, given[each]) for each in kind.also if each in given}
    found = [(number, system.objects.one(kind, f"id:{number}")) for number in ids]
    return [number for number, row in found if all(row[each] == value for each, value in wanted.items())]


def _values(kind: Kind, words: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise Refusal("bad_value", f"expected FIELD=VALUE, got {word[:60]!r}")
        field = kind.by_name.get(name)
        if field is not None and field.shape == "secret" and text and not is_reference(text):
            raise Refusal(
                "bad_value", f"{name}: others see what a command is given: use --secret {name}, or env:NAME"
            )
        found[name] = text if field is None else from_text(field, text)
    return found


def _secrets(kind: Kind, names: list[str]) -> dict[str, str]:
    found = {}
    for name in names:
        field = kind.by_name.get(name)
        if field is None or field.shape != "secret":
            raise Refusal("bad_value", f"{name} is no secret of {kind.plural.lower()}")
        found[name] = asked_for(name)
    return found


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise Refusal("bad_value", f"{file}: {error.strerror or error}") from None
