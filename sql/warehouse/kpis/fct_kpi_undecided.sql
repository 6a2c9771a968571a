-- One row a KPI, authority, team (null: the whole authority) and month of which records were left out of both counts,
-- because something that decides them could not be read. undecided: how many. Of the whole authority they are those
-- that would have counted, and each that may be one more, the month of which could not be read (docs/conventions.md).
-- grain: kpi_id, authority_code, team_code, reporting_month
WITH extents AS (
    SELECT
        kpi_id,
        authority_code,
        child_id,
        min(reporting_month) AS first_month,
        max(reporting_month) AS last_month
    FROM warehouse.fct_kpi_record_in_doubt
    WHERE child_id IS NOT NULL
    GROUP BY kpi_id, authority_code, child_id
),

keys AS (
    SELECT DISTINCT
        kpi_id,
        authority_code,
        record_key
    FROM warehouse.fct_kpi_record_in_doubt
),

children AS (
    SELECT DISTINCT
        kpi_id,
        authority_code,
        child_id,
        reporting_month
    FROM warehouse.fct_kpi_record_undecided
),

possible AS (
    SELECT
        unread.*,
        coverage.reporting_month,
        kpis.measure
    FROM warehouse.fct_unread_record AS unread
    INNER JOIN warehouse.dim_kpi AS kpis ON unread.kpi_id = kpis.kpi_id
    INNER JOIN warehouse.fct_kpi_covered_month AS coverage
        ON
            unread.kpi_id = coverage.kpi_id
            AND unread.authority_code = coverage.authority_code
            AND coverage.reporting_month BETWEEN unread.first_month AND unread.last_month
    WHERE unread.counts_itself <> 'never'
),

itself AS (
    SELECT
        possible.kpi_id,
        possible.authority_code,
        possible.reporting_month
    FROM possible
    LEFT JOIN extents
        ON
            possible.kpi_id = extents.kpi_id
            AND possible.authority_code = extents.authority_code
            AND possible.child_id = extents.child_id
            AND possible.reporting_month BETWEEN extents.first_month AND extents.last_month
    LEFT JOIN keys
        ON
            possible.kpi_id = keys.kpi_id
            AND possible.authority_code = keys.authority_code
            AND possible.record_key = keys.record_key
    LEFT JOIN children
        ON
            possible.kpi_id = children.kpi_id
            AND possible.authority_code = children.authority_code
            AND possible.child_id = children.child_id
            AND possible.reporting_month = children.reporting_month
    WHERE
        (possible.counts_itself = 'always' OR (possible.measure = 'flow' AND extents.kpi_id IS NOT NULL))
        AND CASE possible.leaves_out
            WHEN 'record'
                THEN
                    keys.kpi_id IS NULL
                    AND (possible.measure <> 'stock' OR possible.is_first_date_unread OR possible.child_id IS NULL)
            WHEN 'child' THEN possible.is_first_date_unread AND (possible.measure = 'flow' OR children.kpi_id IS NULL)
            ELSE true
        END
),

counted AS (
    SELECT
        kpi_id,
        authority_code,
        team_code,
        reporting_month,
        records
    FROM warehouse.fct_kpi_record_undecided
    WHERE team_code IS NOT NULL
    UNION ALL
    SELECT
        kpi_id,
        authority_code,
        cast(NULL AS VARCHAR) AS team_code,
        reporting_month,
        records
    FROM warehouse.fct_kpi_record_undecided
    UNION ALL
    SELECT
        kpi_id,
        authority_code,
        cast(NULL AS VARCHAR) AS team_code,
        reporting_month,
        1 AS records
    FROM itself
)

SELECT
    coverage.kpi_id,
    coverage.authority_code,
    counted.team_code,
    coverage.reporting_month,
    cast(sum(counted.records) AS BIGINT) AS undecided
FROM counted
INNER JOIN warehouse.fct_kpi_covered_month AS coverage
    ON
        counted.kpi_id = coverage.kpi_id
        AND counted.authority_code = coverage.authority_code
        AND counted.reporting_month = coverage.reporting_month
GROUP BY coverage.kpi_id, coverage.authority_code, counted.team_code, coverage.reporting_month
