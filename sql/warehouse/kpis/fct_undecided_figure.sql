-- One row an authority and KPI of which more records are left out at the reporting month than the limit allows, because
-- something that decides them could not be read: in the window of which they are the largest share. Of one plan with a
-- start that cannot be read, the reviews of eight years may be left out: unread_records counts what is to be put right.
-- grain: authority_code, kpi_id
WITH limits AS (
    SELECT
        cast(largest_unread_percent AS DECIMAL(4, 1)) AS largest_unread_percent,
        fewest_unread
    FROM reference.unreadable_limit
    WHERE table_name IS NULL
),

kpis AS (
    SELECT
        kpi.kpi_id,
        kpi.measure,
        units.scale IS NULL OR kpi.unit = 'per_10000' AS counts_numerators
    FROM reference.kpi
    INNER JOIN reference.kpi_unit AS units ON kpi.unit = units.unit
),

lengths AS (
    SELECT
        kpi_id,
        unnest(CASE WHEN measure = 'flow' THEN [1, 6, 12] ELSE [1] END) AS window_months
    FROM kpis
),

windows AS (
    SELECT
        ends.authority_code,
        ends.kpi_id,
        ends.reporting_month,
        lengths.window_months,
        min(members.reporting_month) AS first_month
    FROM warehouse.fct_kpi_covered_month AS ends
    INNER JOIN lengths ON ends.kpi_id = lengths.kpi_id
    INNER JOIN warehouse.fct_kpi_covered_month AS members
        ON
            ends.authority_code = members.authority_code
            AND ends.kpi_id = members.kpi_id
            AND members.month_number BETWEEN ends.month_number - lengths.window_months + 1 AND ends.month_number
    WHERE ends.reporting_month = strftime($as_of, '%Y-%m')
    GROUP BY ends.authority_code, ends.kpi_id, ends.reporting_month, lengths.window_months
    HAVING count(*) = lengths.window_months
    QUALIFY
        lengths.window_months > 1
        OR max(lengths.window_months) OVER (PARTITION BY ends.authority_code, ends.kpi_id) = 1
),

undecided AS (
    SELECT
        windows.authority_code,
        windows.kpi_id,
        windows.first_month,
        windows.reporting_month,
        cast(sum(left_out.undecided) AS BIGINT) AS records
    FROM windows
    INNER JOIN warehouse.fct_kpi_undecided AS left_out
        ON
            windows.kpi_id = left_out.kpi_id
            AND windows.authority_code = left_out.authority_code
            AND left_out.reporting_month BETWEEN windows.first_month AND windows.reporting_month
    WHERE left_out.team_code IS NULL
    GROUP BY ALL
),

-- What each category is a share of are the same records.
decided AS (
    SELECT
        kpi_id,
        authority_code,
        reporting_month,
        team_code,
        sum(numerator) AS numerator,
        max(denominator) AS denominator
    FROM warehouse.fct_kpi_team_month
    GROUP BY kpi_id, authority_code, reporting_month, team_code
),

with_them AS (
    SELECT
        undecided.authority_code,
        undecided.kpi_id,
        undecided.first_month,
        cast(
            undecided.records
            + coalesce(sum(CASE WHEN kpis.counts_numerators THEN months.numerator ELSE months.denominator END), 0)
            AS BIGINT
        ) AS records_with_them
    FROM undecided
    INNER JOIN kpis ON undecided.kpi_id = kpis.kpi_id
    LEFT JOIN decided AS months
        ON
            undecided.kpi_id = months.kpi_id
            AND undecided.authority_code = months.authority_code
            AND months.reporting_month BETWEEN undecided.first_month AND undecided.reporting_month
    GROUP BY undecided.authority_code, undecided.kpi_id, undecided.first_month, undecided.records
),

unread AS (
    SELECT
        undecided.authority_code,
        undecided.kpi_id,
        undecided.first_month,
        count(DISTINCT concat(records.table_name, ' ', records.record_key)) AS unread_records
    FROM undecided
    INNER JOIN warehouse.fct_unread_record AS records
        ON
            undecided.authority_code = records.authority_code
            AND undecided.kpi_id = records.kpi_id
            AND undecided.reporting_month >= records.first_month
            AND undecided.first_month <= records.last_month
    GROUP BY undecided.authority_code, undecided.kpi_id, undecided.first_month
)

SELECT
    undecided.authority_code,
    undecided.kpi_id,
    undecided.first_month,
    undecided.reporting_month,
    limits.largest_unread_percent,
    limits.fewest_unread,
    concat(
        undecided.records,
        ' of ',
        with_them.records_with_them,
        ' records are left out, ',
        published_percent(undecided.records, with_them.records_with_them),
        '%, because ',
        unread.unread_records,
        ' delivered records that decide them could not be read in part'
    ) AS sentence
FROM undecided
INNER JOIN with_them USING (authority_code, kpi_id, first_month)
INNER JOIN unread USING (authority_code, kpi_id, first_month)
CROSS JOIN limits
WHERE
    undecided.records >= limits.fewest_unread
    AND unread.unread_records >= limits.fewest_unread
    AND undecided.records * 100 > limits.largest_unread_percent * with_them.records_with_them
QUALIFY row_number() OVER (
    PARTITION BY undecided.authority_code, undecided.kpi_id
    ORDER BY undecided.records / with_them.records_with_them DESC, undecided.first_month ASC
) = 1
