"""What became of a delivery: staged rows, refused rows with their reasons, findings, and the sums that must agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from pipelines import storage
from pipelines.staging import casting, corrections
from pipelines.staging.unread import UNREAD_COLUMNS, unread_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Contract
    from pipelines.findings import Rule
    from pipelines.periods import Period
    from pipelines.staging.corrections import Correction
    from pipelines.staging.readers import TableRead
    from pipelines.staging.unread import UnreadShape
    from pipelines.staging.validation.validation import Tested


# What has a few values that are listed by name: their shares can drift.
COUNTED_KINDS = {"boolean", "code", "flag"}


class RowsUnaccountedFor(AssertionError):
    """Rows read are not rows staged plus rows refused: the software's fault."""


TABLES = ("finding", "rule_result", "reconciliation", "profile", "unread_value")


@dataclass(frozen=True)
class DeliveryNotice:
    """A finding about a delivery, a file or a record, made before any row was checked."""

    rule: Rule
    table: str
    column: str | None = None
    line: int | None = None


def record_notices(
    connection: duckdb.DuckDBPyConnection, notices: Iterable[DeliveryNotice], reads: dict[str, TableRead]
) -> None:
    """Turn what was seen while reading into findings and rule results, one result a rule, table and column."""
    lines: dict[tuple[Rule, str, str | None], list[int | None]] = {}
    for each in notices:
        lines.setdefault((each.rule, each.table, each.column), []).append(each.line)
    results = []
    for (rule, table, column), where in lines.items():
        tested = reads[table].rows_read if table in reads and where[0] is not None else len(where)
        results.append(_result(rule, table, column, tested, len(where)))
        connection.execute(
            """
            INSERT INTO finding
            SELECT $table, $code, $column, $severity, $consequence, unnest($lines::BIGINT[]), NULL, NULL, NULL
            """,
            {**_named(rule, table, column), "lines": where},
        )
    _insert_results(connection, results)


def record_corrected(
    connection: duckdb.DuckDBPyConnection,
    corrected: Iterable[Correction],
    reads: dict[str, TableRead],
    contracts: dict[str, Contract],
) -> None:
    """Turn the corrections that were applied into rule results, and each row of theirs into a finding."""
    results = []
    for each in corrected:
        results.append(_result(each.rule, each.table, each.column, reads[each.table].rows_read, each.rows))
        of_this = exp.column("rule_code").eq(exp.Placeholder(this="code"))
        rows = exp.select("line").from_(corrections.CORRECTED).where(of_this)
        used, dropped = (
            exp.select("*").from_(exp.table_(each.table, db=db)) for db in ("checked", corrections.DROPPED)
        )
        query = _as_findings(
            rows, exp.union(used, dropped, distinct=False).subquery("rows"), contracts[each.table], contracts
        )
        insert = exp.insert(query, "finding").sql(casting.DIALECT)
        connection.execute(insert, _named(each.rule, each.table, each.column))
    _insert_results(connection, results)


def record_tested(
    connection: duckdb.DuckDBPyConnection, tested: Iterable[Tested], contracts: dict[str, Contract]
) -> None:
    """Turn the checks that were carried out into rule results, and every failing row into a finding."""
    results = []
    for each in tested:
        rule, column = each.check.rule, each.check.column
        results.append(_result(rule, each.table, column, each.rows_tested, each.rows_failed))
        if each.rows_failed:
            query = _failing_rows(each, contracts)
            connection.execute(exp.insert(query, "finding").sql(casting.DIALECT), _named(rule, each.table, column))
    _insert_results(connection, results)


def _failing_rows(tested: Tested, contracts: Mapping[str, Contract]) -> exp.Select:
    failing = sqlglot.parse_one(tested.failing_rows or "", dialect=casting.DIALECT)
    assert isinstance(failing, exp.Query)  # noqa: S101 - both sources of these queries write SELECTs
    rows = exp.table_(tested.table, db="checked").as_("rows")
    return _as_findings(failing, rows, contracts[tested.table], contracts)


def _as_findings(lines: exp.Query, rows: exp.Expr, contract: Contract, contracts: Mapping[str, Contract]) -> exp.Select:
    """The rows of these lines as findings: each with its record, its child and the team it names, if any."""
    key = contract.primary_key
    record_key = exp.null() if key is None or key.pseudonym is None else exp.column(key.name, "rows", quoted=True)
    team = exp.null() if contract.team is None else exp.column(contract.team, "rows", quoted=True)
    query = (
        exp.select(*(exp.Placeholder(this=name) for name in ("table", "code", "column", "severity", "consequence")))
        .from_(rows)
        .join(lines.subquery("failing"), on="failing.line = rows.line")
    )
    return _with_child(query.select(exp.column("line", "rows"), record_key), contract, contracts).select(team)


def _with_child(query: exp.Select, contract: Contract, contracts: Mapping[str, Contract]) -> exp.Select:
    """The row's own child, else that of the row it refers to: a review that names no child names a period of care."""
    if contract.child is not None:
        return query.select(exp.column(contract.child.name, "rows", quoted=True))
    for column in contract.columns:
        table, key = column.refers_to or ("", "")
        child = contracts[table].child if table in contracts else None
        if child is not None and column.kind == "identifier":
            named, one = exp.column(key, quoted=True), exp.Min(this=exp.column(child.name, quoted=True))
            referred = exp.select(named.as_("key"), one.as_("child_id"))
            referred = referred.from_(exp.table_(table, db="checked")).group_by(named)
            same = exp.column("key", "referred").eq(exp.column(column.name, "rows", quoted=True))
            query = query.join(referred.subquery("referred"), on=same, join_type="left")
            return query.select(exp.column("child_id", "referred"))
    return query.select(exp.null())


def write_tables(
    connection: duckdb.DuckDBPyConnection,
    contracts: dict[str, Contract],
    reads: dict[str, TableRead],
    folder: Path,
) -> dict[str, dict[str, str | int]]:
    """Write each table's staged and refused rows; returns the staged ones' rows and sha256 by table.

    Raises RowsUnaccountedFor where a row would be lost.
    """
    (folder / "refused").mkdir()
    written: dict[str, dict[str, str | int]] = {}
    for name, contract in sorted(contracts.items()):
        rows = _written(connection, _staged_rows(contract), folder / f"{name}.parquet")
        refused = _written(connection, _refused_rows(contract), folder / "refused" / f"{name}.parquet")
        _reconcile(connection, reads[name], name, rows, refused)
        written[name] = {"rows": rows, "sha256": storage.sha256_of_file(folder / f"{name}.parquet")}
    return written


def _written(connection: duckdb.DuckDBPyConnection, query: exp.Select, file: Path) -> int:
    """How many rows the file holds: it knows, and the query would have to be run again."""
    connection.sql(query.sql(casting.DIALECT)).write_parquet(str(file), compression="zstd")
    return len(connection.read_parquet(str(file)))


def _reconcile(
    connection: duckdb.DuckDBPyConnection, read: TableRead, table: str, rows_staged: int, rows_refused: int
) -> None:
    refused = rows_refused + len(read.malformed)
    if read.rows_read != rows_staged + refused:
        raise RowsUnaccountedFor(f"{table}: {read.rows_read} read, {rows_staged} staged, {refused} refused")
    connection.execute(
        "INSERT INTO reconciliation VALUES (?, ?, ?, ?, ?, ?)",
        [read.file_name, table, read.encoding, read.rows_read, rows_staged, refused],
    )


def write_findings(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write ``finding``, ``rule_result``, ``reconciliation``, ``profile`` and ``unread_value`` in a total order."""
    for table in TABLES:
        connection.table(table).order("ALL").write_parquet(str(folder / f"{table}.parquet"), compression="zstd")


def record_unread(connection: duckdb.DuckDBPyConnection, shapes: Iterable[UnreadShape]) -> None:
    """Keep what values that could not be read look like, never the values."""
    for each in shapes:
        connection.execute(
            "INSERT INTO unread_value VALUES (?, ?, ?, ?, ?, ?)",
            [each.table, each.column, each.shape, each.value_count, each.unread_count, each.given_count],
        )


def record_profile(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], month: Period) -> None:
    """Count the staged rows of the months from a year before ``month`` up to it, and how often each code is there.

    Where a table's rows have no date of an event, all of them are counted, under no month.
    """
    for contract in contracts.values():
        connection.execute(exp.insert(_counted(contract, month), "profile").sql(casting.DIALECT))


def _counted(contract: Contract, month: Period) -> exp.Select:
    """In one scan each row is there once for itself, and once for each of its codes."""
    codes = [column.name for column in contract.staged_columns if column.kind in COUNTED_KINDS]
    names = exp.array(exp.null(), *(exp.Literal.string(name) for name in codes))
    values = exp.array(exp.null(), *(exp.cast(exp.column(name, quoted=True), "VARCHAR") for name in codes))
    rows = exp.select(
        exp.func("unnest", exp.cast(names, "VARCHAR[]", dialect=casting.DIALECT)).as_("column_name"),
        exp.func("unnest", exp.cast(values, "VARCHAR[]", dialect=casting.DIALECT)).as_("code"),
        _event_month(contract).as_("event_month"),
    )
    rows.from_(exp.table_(contract.name, db="checked"), copy=False).where(exp.not_(_is_refused(contract)), copy=False)
    if contract.event_date is not None:
        a_year_before = dt.date(month.year - 1, month.month, 1)
        first, last = (exp.cast(exp.Literal.string(str(day)), "DATE") for day in (a_year_before, month.last_day))
        rows.where(exp.column(contract.event_date, quoted=True).between(first, last), copy=False)
    return (
        exp.select(
            exp.Literal.string(contract.name),
            "column_name",
            "code",
            exp.func("strftime", exp.column("event_month"), exp.Literal.string("%Y-%m"), dialect=casting.DIALECT),
            "count(*)",
        )
        .from_(rows.subquery("counted", copy=False), copy=False)
        .group_by("column_name", "code", "event_month", copy=False)
    )


def _event_month(contract: Contract) -> exp.Expr:
    """The first day of the month that dates a row; null where nothing does."""
    if contract.event_date is None:
        return exp.cast(exp.null(), "DATE")
    date = exp.column(contract.event_date, quoted=True)
    return exp.func("date_trunc", exp.Literal.string("month"), date, dialect=casting.DIALECT)


def rows_warned(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows have a warning and were staged all the same; a finding about a file counts as one."""
    warned = connection.table("finding").filter("consequence = 'warn'")
    return len(warned.project("table_name, coalesce(line, hash(rule_code, column_name)) AS which").distinct())


def _staged_rows(contract: Contract) -> exp.Select:
    unread = unread_columns(contract).as_(UNREAD_COLUMNS)
    rows = exp.select("line", *_staged_values(contract), unread).from_(exp.table_(contract.name, db="checked"))
    return rows.where(exp.not_(_is_refused(contract))).order_by("line")


def _refused_rows(contract: Contract) -> exp.Select:
    return (
        exp.select("rows.line", *_staged_values(contract), "refused_row.reasons")
        .from_(_checked_or_dropped(contract).subquery("rows"))
        .join("refused_row", on="refused_row.line = rows.line")
        .where(exp.column("table_name", "refused_row").eq(contract.name))
        .order_by("rows.line")
    )


def _checked_or_dropped(contract: Contract) -> exp.Query:
    checked, dropped = (
        exp.select("*").from_(exp.table_(contract.name, db=schema)) for schema in ("checked", "dropped")
    )
    return checked.union(dropped, distinct=False)


def _is_refused(contract: Contract) -> exp.In:
    refused = exp.select("line").from_("refused_row").where(exp.column("table_name").eq(contract.name))
    return exp.column("line").isin(query=refused)


def _staged_values(contract: Contract) -> list[exp.Expr]:
    questions = [column.name for column in contract.columns if column.kind == "answer"]
    return [
        _answers(questions).as_(column.name) if column.kind == "answers" else exp.column(column.name, quoted=True)
        for column in contract.staged_columns
        if column.kind != "answer"
    ]


def _answers(questions: list[str]) -> exp.Expr:
    pairs = [
        exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier("question_id"), expression=exp.Literal.string(question)),
                exp.PropertyEQ(this=exp.to_identifier("answer"), expression=exp.column(question, quoted=True)),
            ]
        )
        for question in questions
    ]
    typed = exp.cast(exp.array(*pairs), "STRUCT(question_id VARCHAR, answer INTEGER)[]", dialect=casting.DIALECT)
    return exp.func("only_answered", typed)


def _result(rule: Rule, table: str, column: str | None, tested: int, failed: int) -> dict[str, Any]:
    counts = {"sentence": rule.sentence, "remedy": rule.remedy, "tested": tested, "failed": failed}
    return _named(rule, table, column) | counts


def _insert_results(connection: duckdb.DuckDBPyConnection, results: list[dict[str, Any]]) -> None:
    """All at once: DuckDB makes sure of each statement by itself."""
    if results:
        connection.execute(
            """
            INSERT INTO rule_result
            SELECT
                unnest($table::VARCHAR[]), unnest($code::VARCHAR[]), unnest($column::VARCHAR[]),
                unnest($severity::VARCHAR[]), unnest($consequence::VARCHAR[]), unnest($sentence::VARCHAR[]),
                unnest($remedy::VARCHAR[]), unnest($tested::BIGINT[]), unnest($failed::BIGINT[])
            """,
            {name: [each[name] for each in results] for name in results[0]},
        )


def _named(rule: Rule, table: str, column: str | None) -> dict[str, str | None]:
    return {
        "table": table,
        "code": rule.code,
        "column": column,
        "severity": str(rule.severity),
        "consequence": str(rule.consequence),
    }
