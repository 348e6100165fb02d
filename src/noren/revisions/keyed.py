"""Keyed values of another form: what a revision that knows one form alone can not take along."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, column, func, inspect, literal, select, table

from noren.kernel.say import Say


def other_form(connection: Connection, keyed: Iterable[tuple[str, str]], length: int) -> Say | None:
    """Return what to say where a column holds values of ``length`` bytes, None where none does.

    ``keyed``: table and column; what is not there yet holds nothing.
    """
    seen = inspect(connection)
    tables = set(seen.get_table_names())
    for name, column_name in keyed:
        if name not in tables or column_name not in {each["name"] for each in seen.get_columns(name)}:
            continue
        found = func.length(column(column_name)) == length
        question = select(literal(1)).select_from(table(name)).where(found).limit(1)
        if connection.execute(question).first() is not None:
            return Say(
                f"表 {name} の {column_name} は、鍵だけでは新しい形と古い形のあいだを移せません。"
                "このデータを作った noren で使い続けるか、書き出して新しいホームに取り込んでください。",
                f"{column_name} in the table {name} can not go between the old and the new form by its key alone. "
                "Go on with the noren that made this data, or import it into a new home.",
            )
    return None
