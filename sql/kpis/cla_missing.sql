WITH went_missing AS (
    SELECT DISTINCT
        looked_after.source,
        looked_after.authority_code,
        looked_after.child_id,
        looked_after.reporting_month
    FROM warehouse.looked_after_month AS looked_after
    INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
    INNER JOIN warehouse.fct_missing_episode AS episodes
        ON
            looked_after.source = episodes.source
            AND looked_after.authority_code = episodes.authority_code
            AND looked_after.child_id = episodes.child_id
            AND months.year_before < episodes.start_date
            AND looked_after.month_end >= episodes.start_date
    WHERE episodes.excluded_because IS NULL
),

listed AS (
    SELECT
        authority_code,
        child_id,
        reporting_month,
        max(missing_in_year) AS missing_in_year
    FROM core.listed_looked_after
    GROUP BY authority_code, child_id, reporting_month
),

children AS (
    SELECT
        looked_after.*,
        CASE
            WHEN looked_after.source = 'annex_a' THEN listed.missing_in_year > 0
            ELSE went_missing.child_id IS NOT NULL
        END AS is_missing
    FROM warehouse.looked_after_month AS looked_after
    LEFT JOIN went_missing USING (source, authority_code, child_id, reporting_month)
    LEFT JOIN listed USING (authority_code, child_id, reporting_month)
)

SELECT
    children.authority_code,
    children.team_code,
    children.reporting_month,
    children.child_id,
    children.child_id AS record_key,
    one_or_zero(CASE WHEN children.excluded_because IS NULL THEN children.is_missing END) AS numerator,
    one_if(children.excluded_because IS NULL AND children.is_missing IS NOT NULL) AS denominator,
    coalesce(
        children.excluded_because,
        in_words(
            children.is_missing,
            'missing in the twelve months',
            'not missing in the twelve months',
            'number of missing episodes not recorded'
        )
    ) AS reason
FROM children
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_missing'
