"""The schemas of a warehouse, and the tables in it that no SELECT makes."""

from __future__ import annotations

from pipelines.faults import Fault
from pipelines.warehouse import checks

SCHEMAS = ("core", "warehouse", "kpis", "snapshots")
IN_MEMORY = ("staging", "validation", "published")
MACROS = "macros"
BUILD_MACROS = ("dates.sql", "figures.sql", "rounding.sql", "rating.sql", "intervals.sql", "published.sql")
REFERENCE = "reference"
# The tables that staging leaves beside the staged rows; the first three columns are put there from the delivery.
DELIVERY_COLUMNS = ("authority_code", "source", "reporting_month")
VALIDATION_TABLES: dict[str, dict[str, str]] = {
    "finding": {
        "table_name": "VARCHAR",
        "rule_code": "VARCHAR",
        "column_name": "VARCHAR",
        "severity": "VARCHAR",
        "consequence": "VARCHAR",
        "line": "BIGINT",
        "record_key": "UUID",
        "child_id": "UUID",
        "team_code": "VARCHAR",
    },
    "rule_result": {
        "table_name": "VARCHAR",
        "rule_code": "VARCHAR",
        "column_name": "VARCHAR",
        "severity": "VARCHAR",
        "consequence": "VARCHAR",
        "sentence": "VARCHAR",
        "remedy": "VARCHAR",
        "rows_tested": "BIGINT",
        "rows_failed": "BIGINT",
    },
    "reconciliation": {
        "file_name": "VARCHAR",
        "table_name": "VARCHAR",
        "encoding": "VARCHAR",
        "rows_read": "BIGINT",
        "rows_staged": "BIGINT",
        "rows_refused": "BIGINT",
    },
    "profile": {
        "table_name": "VARCHAR",
        "column_name": "VARCHAR",
        "code": "VARCHAR",
        "event_month": "VARCHAR",
        "row_count": "BIGINT",
    },
}
# The same of the deliveries that count alone.
USED_TABLES: dict[str, dict[str, str]] = {
    "unread_value": {
        "table_name": "VARCHAR",
        "column_name": "VARCHAR",
        "shape": "VARCHAR",
        "value_count": "BIGINT",
        "unread_count": "BIGINT",
        "given_count": "BIGINT",
    },
}
LISTS: dict[str, dict[str, str]] = {
    checks.RESULTS: checks.RESULT_COLUMNS,
    "staging.delivered_table": {
        "authority_code": "VARCHAR",
        "source": "VARCHAR",
        "table_name": "VARCHAR",
        "first_month": "VARCHAR",
        "last_month": "VARCHAR",
    },
    "staging.lacking_column": {
        "authority_code": "VARCHAR",
        "table_name": "VARCHAR",
        "heading": "VARCHAR",
        "delivery_month": "VARCHAR",
    },
    "staging.delivery": {
        "authority_code": "VARCHAR",
        "source": "VARCHAR",
        "delivery_month": "VARCHAR",
        "landing_version": "VARCHAR",
        "landing_sha256": "VARCHAR",
        "status": "VARCHAR",
        "is_used": "BOOLEAN",
    },
    "reference.source": {
        "source": "VARCHAR",
        "title": "VARCHAR",
        "history": "VARCHAR",
    },
    "reference.staged_column": {
        "source": "VARCHAR",
        "table_name": "VARCHAR",
        "column_name": "VARCHAR",
        "heading": "VARCHAR",
        "is_critical": "BOOLEAN",
        "remedy": "VARCHAR",
    },
    "reference.kpi": {
        "kpi_id": "VARCHAR",
        "title": "VARCHAR",
        "definition": "VARCHAR",
        "unit": "VARCHAR",
        "direction": "VARCHAR",
        "measure": "VARCHAR",
        "uncertainty": "VARCHAR",
        "standard": "VARCHAR",
        "standard_type": "VARCHAR",
        "numerator": "VARCHAR",
        "denominator": "VARCHAR",
        "clock": "VARCHAR",
        "exclusions": "VARCHAR",
        "source": "VARCHAR",
        "confidence": "VARCHAR",
        "section": "VARCHAR",
        "categories_overlap": "BOOLEAN",
        "censored": "VARCHAR",
    },
    "reference.kpi_category": {
        "kpi_id": "VARCHAR",
        "category": "VARCHAR",
        "label": "VARCHAR",
        "display_order": "BIGINT",
    },
    "reference.kpi_rule": {
        "kpi_id": "VARCHAR",
        "rule_sha256": "VARCHAR",
    },
    "published.kpi_rule": {
        "kpi_id": "VARCHAR",
        "rule_sha256": "VARCHAR",
    },
    "published.snapshot": {
        "reporting_month": "VARCHAR",
        "version": "VARCHAR",
    },
    "reference.kpi_requirement": {
        "kpi_id": "VARCHAR",
        "requirement": "BIGINT",
        "alternative": "BIGINT",
        "table_name": "VARCHAR",
        "is_own_month": "BOOLEAN",
        "months_needed_before": "BIGINT",
    },
}
# What the snapshot before this month says, and the records that its figures count.
PUBLISHED_TABLES: dict[str, dict[str, str]] = {
    "kpi_month": {
        "authority_code": "VARCHAR",
        "reporting_month": "VARCHAR",
        "kpi_id": "VARCHAR",
        "title": "VARCHAR",
        "team_code": "VARCHAR",
        "category": "VARCHAR",
        "numerator": "DECIMAL(18,2)",
        "denominator": "DECIMAL(18,2)",
        "value": "DOUBLE",
        "unit": "VARCHAR",
    },
    "kpi_record": {
        "kpi_id": "VARCHAR",
        "authority_code": "VARCHAR",
        "record_key": "UUID",
        "reporting_month": "VARCHAR",
        "team_code": "VARCHAR",
        "category": "VARCHAR",
        "numerator": "DECIMAL(18,2)",
        "denominator": "DECIMAL(18,2)",
    },
}


class BrokenBuild(Fault, RuntimeError):
    """The warehouse was not built, and the one before it still counts: the software's fault, or a check that fired."""
