-- One row a delivery, table, column and rule about what changed since the deliveries before: how many columns, codes
-- or tables were compared, how many of them drifted, and the figure that shows it.
-- grain: authority_code, source, reporting_month, table_name, column_name, rule_code
WITH sizes AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        'DRF-005' AS rule_code_below,
        'DRF-006' AS rule_code_above,
        rows_staged AS number,
        fewest_expected,
        most_expected,
        'rows' AS unit
    FROM warehouse.fct_size_drift
    UNION ALL
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        'DRF-007' AS rule_code_below,
        'DRF-008' AS rule_code_above,
        row_count AS number,
        fewest_expected,
        most_expected,
        'records' AS unit
    FROM warehouse.fct_event_drift
),

sides AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        rule_code_below AS rule_code,
        number < fewest_expected AS is_drifted,
        format('{:,d} {:s}; usual {:,d} to {:,d}', number, unit, fewest_expected, most_expected) AS figure
    FROM sizes
    UNION ALL
    SELECT
        authority_code,
        source,
        delivery_month,
        table_name,
        rule_code_above AS rule_code,
        number > most_expected AS is_drifted,
        format('{:,d} {:s}; usual {:,d} to {:,d}', number, unit, fewest_expected, most_expected) AS figure
    FROM sizes
)

SELECT
    authority_code,
    source,
    delivery_month AS reporting_month,
    table_name,
    column_name,
    rule_code,
    rows_tested,
    rows_failed,
    figure
FROM warehouse.fct_column_drift
UNION ALL
SELECT
    authority_code,
    source,
    delivery_month AS reporting_month,
    table_name,
    column_name,
    'DRF-004' AS rule_code,
    codes_used AS rows_tested,
    codes_new AS rows_failed,
    figure
FROM warehouse.fct_code_drift
UNION ALL
SELECT
    authority_code,
    source,
    delivery_month AS reporting_month,
    table_name,
    cast(NULL AS VARCHAR) AS column_name,
    rule_code,
    cast(1 AS BIGINT) AS rows_tested,
    cast(is_drifted AS BIGINT) AS rows_failed,
    CASE WHEN is_drifted THEN figure END AS figure
FROM sides
UNION ALL
SELECT
    authority_code,
    source,
    delivery_month AS reporting_month,
    table_name,
    column_name,
    'DRF-009' AS rule_code,
    cast(1 AS BIGINT) AS rows_tested,
    cast(is_moved AS BIGINT) AS rows_failed,
    CASE WHEN is_moved THEN figure END AS figure
FROM warehouse.distribution_test
UNION ALL
SELECT
    authority_code,
    source,
    CASE WHEN is_late THEN missing_month ELSE last_month END AS reporting_month,
    cast(NULL AS VARCHAR) AS table_name,
    cast(NULL AS VARCHAR) AS column_name,
    'DRF-010' AS rule_code,
    cast(1 AS BIGINT) AS rows_tested,
    cast(is_late AS BIGINT) AS rows_failed,
    CASE WHEN is_late THEN format('{:s} was due on {:s}', missing_month, strftime(due_date, '%-d %B %Y')) END AS figure
FROM warehouse.fct_late_delivery
