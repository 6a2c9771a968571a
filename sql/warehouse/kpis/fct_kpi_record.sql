-- One row a KPI, authority, team, month, record and category, with what it counts: neither where something that decides
-- it could not be read.
WITH undecided AS (
    SELECT
        kpi_id,
        authority_code,
        record_key,
        reporting_month,
        team_code,
        category,
        sum(numerator) AS numerator,
        sum(denominator) AS denominator
    FROM warehouse.fct_kpi_record_undecided
    GROUP BY kpi_id, authority_code, record_key, reporting_month, team_code, category
)

SELECT
    records.kpi_id,
    records.authority_code,
    records.record_key,
    records.reporting_month,
    records.team_code,
    records.category,
    cast(CASE
        WHEN undecided.kpi_id IS NULL THEN records.numerator
        WHEN coalesce(records.denominator, records.numerator) > coalesce(undecided.denominator, undecided.numerator)
            THEN records.numerator - undecided.numerator
    END AS DECIMAL(18, 2)) AS numerator,
    cast(CASE
        WHEN undecided.kpi_id IS NULL THEN records.denominator
        WHEN records.denominator > undecided.denominator THEN records.denominator - undecided.denominator
    END AS DECIMAL(18, 2)) AS denominator
FROM warehouse.fct_kpi_record_before_unread AS records
LEFT JOIN undecided
    ON
        records.kpi_id = undecided.kpi_id
        AND records.authority_code = undecided.authority_code
        AND records.record_key = undecided.record_key
        AND records.reporting_month = undecided.reporting_month
        AND records.team_code IS NOT DISTINCT FROM undecided.team_code
        AND records.category IS NOT DISTINCT FROM undecided.category
