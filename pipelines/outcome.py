"""What became of a delivery: staged rows, refused rows with their reasons, findings, and the sums that must agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from pipelines import casting, storage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from pipelines.contracts import Contract
    from pipelines.corrections import Correction
    from pipelines.findings import Rule
    from pipelines.readers import TableRead
    from pipelines.validation import Tested


class RowsUnaccountedFor(AssertionError):
    """Rows read are not rows staged plus rows refused: the software's fault."""


@dataclass(frozen=True)
class Noticed:
    """A finding about a delivery, a file or a record, made before any row was checked."""

    rule: Rule
    table: str
    column: str | None = None
    line: int | None = None


def record_noticed(
    connection: duckdb.DuckDBPyConnection, noticed: Iterable[Noticed], reads: dict[str, TableRead]
) -> None:
    """Turn what was noticed while reading into findings and rule results, one result a rule, table and column."""
    lines: dict[tuple[Rule, str, str | None], list[int | None]] = {}
    for each in noticed:
        lines.setdefault((each.rule, each.table, each.column), []).append(each.line)
    for (rule, table, column), where in lines.items():
        tested = reads[table].rows_read if table in reads and where[0] is not None else len(where)
        _insert_result(connection, rule, table, column, tested, len(where))
        connection.execute(
            """
            INSERT INTO finding
            SELECT $table, $code, $column, $severity, $consequence, unnest($lines::BIGINT[]), NULL
            """,
            {**_told(rule, table, column), "lines": where},
        )


def record_corrected(
    connection: duckdb.DuckDBPyConnection, corrected: Iterable[Correction], reads: dict[str, TableRead]
) -> None:
    """Turn the corrections that were applied into rule results, and each row of theirs into a finding."""
    for each in corrected:
        _insert_result(connection, each.rule, each.table, each.column, reads[each.table].rows_read, each.rows)
        connection.execute(
            """
            INSERT INTO finding
            SELECT $table, $code, $column, $severity, $consequence, line, record_key
            FROM corrected_row
            WHERE rule_code = $code
            """,
            _told(each.rule, each.table, each.column),
        )


def record_tested(
    connection: duckdb.DuckDBPyConnection, tested: Iterable[Tested], contracts: dict[str, Contract]
) -> None:
    """Turn the checks that were carried out into rule results, and every failing row into a finding."""
    for each in tested:
        rule, column = each.check.rule, each.check.column
        _insert_result(connection, rule, each.table, column, each.rows_tested, each.rows_failed)
        if each.rows_failed:
            query = _failing_rows(each, contracts[each.table])
            connection.execute(exp.insert(query, "finding").sql(casting.DIALECT), _told(rule, each.table, column))


def _failing_rows(tested: Tested, contract: Contract) -> exp.Select:
    failing = sqlglot.parse_one(tested.failing_rows or "", dialect=casting.DIALECT)
    assert isinstance(failing, exp.Query)  # noqa: S101 - both sources of these queries write SELECTs
    key = contract.primary_key
    record_key = exp.null() if key is None or key.pseudonym is None else exp.column(key.name, "rows", quoted=True)
    return (
        exp.select(*(exp.Placeholder(this=name) for name in ("table", "code", "column", "severity", "consequence")))
        .select(exp.column("line", "rows"), record_key)
        .from_(exp.table_(tested.table, db="checked").as_("rows"))
        .join(failing.subquery("failing"), on="failing.line = rows.line")
    )


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
    """Write ``finding``, ``rule_result`` and ``reconciliation`` in a total order."""
    for table in ("finding", "rule_result", "reconciliation"):
        connection.table(table).order("ALL").write_parquet(str(folder / f"{table}.parquet"), compression="zstd")


def rows_warned(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows have a warning and were staged all the same; a finding about a file counts as one."""
    warned = connection.table("finding").filter("consequence = 'warn'")
    return len(warned.project("table_name, coalesce(line, hash(rule_code, column_name)) AS which").distinct())


def _staged_rows(contract: Contract) -> exp.Select:
    rows = exp.select("line", *_staged_values(contract)).from_(exp.table_(contract.name, db="checked"))
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


def _insert_result(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    table: str,
    column: str | None,
    tested: int,
    failed: int,
) -> None:
    connection.execute(
        """
        INSERT INTO rule_result
        VALUES ($table, $code, $column, $severity, $consequence, $sentence, $remedy, $tested, $failed)
        """,
        {
            **_told(rule, table, column),
            "sentence": rule.sentence,
            "remedy": rule.remedy,
            "tested": tested,
            "failed": failed,
        },
    )


def _told(rule: Rule, table: str, column: str | None) -> dict[str, str | None]:
    return {
        "table": table,
        "code": rule.code,
        "column": column,
        "severity": str(rule.severity),
        "consequence": str(rule.consequence),
    }
