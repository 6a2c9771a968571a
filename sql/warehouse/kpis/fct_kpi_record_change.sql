-- One row a KPI, authority, month, team (null: the whole authority) and record that counts otherwise than in the
-- snapshot published before, in months whose figures changed. A record known to the KPI then and now was corrected.
-- grain: kpi_id, authority_code, reporting_month, team_code, record_key
WITH figures_now AS (
    SELECT
        figures.kpi_id,
        figures.authority_code,
        figures.reporting_month,
        figures.team_code,
        figures.category,
        figures.numerator,
        figures.denominator
    FROM warehouse.fct_kpi_month AS figures
    SEMI JOIN published.kpi_month AS published
        ON
            figures.kpi_id = published.kpi_id
            AND figures.authority_code = published.authority_code
            AND figures.reporting_month = published.reporting_month
            AND published.team_code IS NULL
),

changed AS (
    SELECT DISTINCT
        coalesce(figures_before.kpi_id, figures_now.kpi_id) AS kpi_id,
        coalesce(figures_before.authority_code, figures_now.authority_code) AS authority_code,
        coalesce(figures_before.reporting_month, figures_now.reporting_month) AS reporting_month
    FROM published.kpi_month AS figures_before
    FULL OUTER JOIN figures_now
        ON
            figures_before.kpi_id = figures_now.kpi_id
            AND figures_before.authority_code = figures_now.authority_code
            AND figures_before.reporting_month = figures_now.reporting_month
            AND figures_before.team_code IS NOT DISTINCT FROM figures_now.team_code
            AND figures_before.category IS NOT DISTINCT FROM figures_now.category
    WHERE
        figures_before.numerator IS DISTINCT FROM figures_now.numerator
        OR figures_before.denominator IS DISTINCT FROM figures_now.denominator
),

records_now AS MATERIALIZED (
    SELECT records.*
    FROM warehouse.fct_kpi_record AS records
    SEMI JOIN changed ON records.kpi_id = changed.kpi_id AND records.authority_code = changed.authority_code
),

counted AS (
    SELECT
        'before' AS side,
        records.kpi_id,
        records.authority_code,
        records.reporting_month,
        records.team_code,
        records.record_key,
        records.category,
        records.numerator,
        records.denominator
    FROM published.kpi_record AS records
    INNER JOIN changed USING (kpi_id, authority_code, reporting_month)
    WHERE records.numerator IS NOT NULL OR records.denominator IS NOT NULL
    UNION ALL
    SELECT
        'now' AS side,
        records.kpi_id,
        records.authority_code,
        records.reporting_month,
        records.team_code,
        records.record_key,
        records.category,
        records.numerator,
        records.denominator
    FROM records_now AS records
    INNER JOIN changed USING (kpi_id, authority_code, reporting_month)
    WHERE records.numerator IS NOT NULL OR records.denominator IS NOT NULL
),

levels AS (
    SELECT
        side,
        kpi_id,
        authority_code,
        reporting_month,
        team_code,
        record_key,
        category,
        numerator,
        denominator
    FROM counted
    WHERE team_code IS NOT NULL
    UNION ALL
    SELECT
        side,
        kpi_id,
        authority_code,
        reporting_month,
        NULL AS team_code,
        record_key,
        category,
        numerator,
        denominator
    FROM counted
),

compared AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        team_code,
        record_key,
        bool_or(side = 'before') AS was_counted,
        bool_or(side = 'now') AS is_counted,
        sum(CASE WHEN side = 'before' THEN numerator END) AS numerator_before,
        sum(CASE WHEN side = 'before' THEN denominator END) AS denominator_before,
        sum(CASE WHEN side = 'now' THEN numerator END) AS numerator,
        sum(CASE WHEN side = 'now' THEN denominator END) AS denominator
    FROM levels
    GROUP BY kpi_id, authority_code, reporting_month, team_code, record_key, category
),

differing AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        team_code,
        record_key,
        bool_or(is_counted) AS is_counted
    FROM compared
    WHERE
        was_counted <> is_counted
        OR numerator_before IS DISTINCT FROM numerator
        OR denominator_before IS DISTINCT FROM denominator
    GROUP BY kpi_id, authority_code, reporting_month, team_code, record_key
),

known_before AS (
    SELECT DISTINCT
        records.kpi_id,
        records.authority_code,
        records.record_key
    FROM published.kpi_record AS records
    SEMI JOIN differing
        ON
            records.kpi_id = differing.kpi_id
            AND records.authority_code = differing.authority_code
            AND records.record_key IS NOT DISTINCT FROM differing.record_key
),

known_now AS (
    SELECT DISTINCT
        records.kpi_id,
        records.authority_code,
        records.record_key
    FROM records_now AS records
    SEMI JOIN differing
        ON
            records.kpi_id = differing.kpi_id
            AND records.authority_code = differing.authority_code
            AND records.record_key IS NOT DISTINCT FROM differing.record_key
)

SELECT
    differing.kpi_id,
    differing.authority_code,
    differing.reporting_month,
    differing.team_code,
    differing.record_key,
    CASE
        WHEN known_before.kpi_id IS NOT NULL AND known_now.kpi_id IS NOT NULL THEN 'corrected'
        WHEN differing.is_counted THEN 'late'
        ELSE 'removed'
    END AS change
FROM differing
LEFT JOIN known_before
    ON
        differing.kpi_id = known_before.kpi_id
        AND differing.authority_code = known_before.authority_code
        AND differing.record_key IS NOT DISTINCT FROM known_before.record_key
LEFT JOIN known_now
    ON
        differing.kpi_id = known_now.kpi_id
        AND differing.authority_code = known_now.authority_code
        AND differing.record_key IS NOT DISTINCT FROM known_now.record_key
