-- A record in both snapshots shows that both know records by the same ids; where an authority has none, nothing can be
-- said of causes.
WITH covered AS (
    SELECT DISTINCT
        figures_now.authority_code,
        figures_now.reporting_month,
        figures_now.kpi_id
    FROM snapshots.kpi_month AS figures_now
    INNER JOIN published.kpi_month AS figures_before USING (authority_code, reporting_month, kpi_id)
    WHERE figures_now.team_code IS NULL AND figures_before.team_code IS NULL
),

compared AS (
    SELECT
        covered.*,
        coalesce(figures_now.title, figures_before.title) AS title,
        coalesce(figures_before.team_code, figures_now.team_code) AS team_code,
        coalesce(figures_before.category, figures_now.category) AS category,
        coalesce(figures_now.unit, figures_before.unit) AS unit,
        figures_before.numerator AS numerator_before,
        figures_before.denominator AS denominator_before,
        figures_before.value AS value_before,
        figures_now.numerator,
        figures_now.denominator,
        figures_now.value
    FROM published.kpi_month AS figures_before
    FULL OUTER JOIN snapshots.kpi_month AS figures_now
        ON
            figures_before.authority_code = figures_now.authority_code
            AND figures_before.reporting_month = figures_now.reporting_month
            AND figures_before.kpi_id = figures_now.kpi_id
            AND figures_before.team_code IS NOT DISTINCT FROM figures_now.team_code
            AND figures_before.category IS NOT DISTINCT FROM figures_now.category
    INNER JOIN covered
        ON
            coalesce(figures_before.authority_code, figures_now.authority_code) = covered.authority_code
            AND coalesce(figures_before.reporting_month, figures_now.reporting_month) = covered.reporting_month
            AND coalesce(figures_before.kpi_id, figures_now.kpi_id) = covered.kpi_id
    WHERE
        figures_before.numerator IS DISTINCT FROM figures_now.numerator
        OR figures_before.denominator IS DISTINCT FROM figures_now.denominator
),

rules AS (
    SELECT
        rules_before.kpi_id,
        rules_before.rule_sha256
    FROM published.kpi_rule AS rules_before
    INNER JOIN reference.kpi_rule AS rules_now USING (kpi_id, rule_sha256)
),

recognised AS (
    SELECT DISTINCT records_before.authority_code
    FROM published.kpi_record AS records_before
    INNER JOIN warehouse.fct_kpi_record USING (kpi_id, authority_code, record_key)
),

changes AS (
    SELECT
        authority_code,
        reporting_month,
        kpi_id,
        team_code,
        count(CASE WHEN change = 'late' THEN 1 END) AS records_late,
        count(CASE WHEN change = 'corrected' THEN 1 END) AS records_corrected,
        count(CASE WHEN change = 'removed' THEN 1 END) AS records_removed
    FROM warehouse.fct_kpi_record_change
    GROUP BY authority_code, reporting_month, kpi_id, team_code
),

explained AS (
    SELECT
        compared.*,
        CASE
            WHEN rules.kpi_id IS NULL THEN 'definition'
            WHEN recognised.authority_code IS NULL OR changes.kpi_id IS NULL THEN 'unknown'
        END AS other_cause,
        changes.records_late,
        changes.records_corrected,
        changes.records_removed
    FROM compared
    LEFT JOIN rules ON compared.kpi_id = rules.kpi_id
    LEFT JOIN recognised ON compared.authority_code = recognised.authority_code
    LEFT JOIN changes
        ON
            compared.authority_code = changes.authority_code
            AND compared.reporting_month = changes.reporting_month
            AND compared.kpi_id = changes.kpi_id
            AND compared.team_code IS NOT DISTINCT FROM changes.team_code
)

SELECT
    explained.authority_code,
    explained.reporting_month,
    month_end_of(explained.reporting_month) AS month_end,
    explained.kpi_id,
    explained.title,
    level_of(explained.team_code) AS level,
    explained.team_code,
    explained.category,
    snapshots.reporting_month AS published_month,
    snapshots.version AS published_version,
    explained.numerator_before,
    explained.denominator_before,
    explained.value_before,
    explained.numerator,
    explained.denominator,
    explained.value,
    explained.unit,
    explained.value - explained.value_before AS difference,
    coalesce(
        explained.other_cause,
        concat_ws(
            ', ',
            CASE WHEN explained.records_late > 0 THEN 'late records' END,
            CASE WHEN explained.records_corrected > 0 THEN 'corrections' END,
            CASE WHEN explained.records_removed > 0 THEN 'removed records' END
        )
    ) AS cause,
    CASE WHEN explained.other_cause IS NULL THEN explained.records_late END AS records_late,
    CASE WHEN explained.other_cause IS NULL THEN explained.records_corrected END AS records_corrected,
    CASE WHEN explained.other_cause IS NULL THEN explained.records_removed END AS records_removed
FROM explained
CROSS JOIN published.snapshot AS snapshots
