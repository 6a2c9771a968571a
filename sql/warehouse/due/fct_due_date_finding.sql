-- One row a table and rule about due dates that only the warehouse can look into: how many records it looked at, and in
-- how many the rule was broken.
-- grain: authority_code, source, reporting_month, table_name, rule_code, column_name
WITH recorded AS (
    SELECT
        kind,
        authority_code,
        child_id,
        review_date,
        recorded_due_date
    FROM core.review
    WHERE is_held AND recorded_due_date IS NOT NULL
),

kept AS (
    SELECT
        kind,
        authority_code,
        child_id,
        met_date,
        min(due_date) AS due_date
    FROM warehouse.fct_obligation
    WHERE met_date IS NOT NULL
    GROUP BY kind, authority_code, child_id, met_date
),

compared AS (
    SELECT
        'OBL-001' AS rule_code,
        recorded.kind,
        recorded.authority_code,
        recorded.recorded_due_date <> kept.due_date AS is_broken
    FROM recorded
    INNER JOIN kept
        ON
            recorded.kind = kept.kind
            AND recorded.authority_code = kept.authority_code
            AND recorded.child_id = kept.child_id
            AND recorded.review_date = kept.met_date
    UNION ALL
    SELECT
        'OBL-002' AS rule_code,
        spells.kind,
        spells.authority_code,
        clocks.due_date IS NULL AS is_broken
    FROM warehouse.fct_clock AS clocks
    INNER JOIN warehouse.dim_spell AS spells ON clocks.spell_number = spells.spell_number
)

SELECT
    compared.authority_code,
    columns.source,
    deliveries.last_month AS reporting_month,
    columns.table_name,
    columns.column_name,
    rules.rule_code,
    rules.severity,
    rules.consequence,
    rules.sentence,
    rules.remedy,
    count(*) AS rows_tested,
    count(*) FILTER (WHERE compared.is_broken) AS rows_failed
FROM compared
INNER JOIN reference.due_date_column AS columns USING (rule_code, kind)
INNER JOIN reference.warehouse_rule AS rules ON compared.rule_code = rules.rule_code
INNER JOIN staging.delivered_table AS deliveries USING (authority_code, table_name)
GROUP BY
    compared.authority_code,
    columns.source,
    deliveries.last_month,
    columns.table_name,
    columns.column_name,
    rules.rule_code,
    rules.severity,
    rules.consequence,
    rules.sentence,
    rules.remedy
