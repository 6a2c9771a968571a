-- One row an authority, condition of the gate and thing that is not as the condition has it at the reporting month.
-- Judged are the deliveries of the month itself, and the newest used one of a source that covers other months too.
WITH written_twice AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        table_name,
        sum(rows_failed) AS row_count
    FROM validation.rule_result
    WHERE rule_code = 'DLV-039'
    GROUP BY authority_code, source, reporting_month, table_name
),

-- With a row that is the same as another in every column nothing is lost.
files AS (
    SELECT
        reconciliation.authority_code,
        reconciliation.source,
        reconciliation.reporting_month,
        reconciliation.file_name,
        reconciliation.rows_read,
        reconciliation.rows_staged,
        reconciliation.rows_refused,
        reconciliation.rows_refused - coalesce(written_twice.row_count, 0) AS rows_lost,
        reconciliation.rows_read - coalesce(written_twice.row_count, 0) AS rows_written_once
    FROM validation.reconciliation AS reconciliation
    LEFT JOIN written_twice USING (authority_code, source, reporting_month, table_name)
),

refusals AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        string_agg(DISTINCT rule_code, ', ' ORDER BY rule_code) AS rule_codes
    FROM validation.rule_result
    WHERE consequence = 'refuse_delivery'
    GROUP BY authority_code, source, reporting_month
),

of_many_months AS (
    SELECT
        authority_code,
        source
    FROM staging.delivered_table
    GROUP BY authority_code, source
    HAVING bool_or(first_month < last_month)
),

judged AS (
    SELECT
        needs.authority_code,
        needs.source,
        needs.largest_refused_percent,
        needs.rows_allowed,
        needs.last_month
    FROM warehouse.dim_gate_need AS needs
    LEFT JOIN of_many_months
        ON needs.authority_code = of_many_months.authority_code AND needs.source = of_many_months.source
    WHERE needs.last_month = strftime($as_of, '%Y-%m') OR of_many_months.source IS NOT NULL
)

SELECT
    needs.authority_code,
    'GATE-DELIVERY' AS condition,
    concat(
        needs.source,
        ': version ',
        deliveries.landing_version,
        ' of ',
        deliveries.delivery_month,
        ' was refused (',
        refusals.rule_codes,
        CASE
            WHEN needs.last_month = deliveries.delivery_month THEN '); the version before it counts'
            WHEN needs.last_month IS NULL THEN '); nothing of it counts'
            ELSE concat('); nothing later than ', needs.last_month, ' counts')
        END
    ) AS detail
FROM warehouse.dim_gate_need AS needs
INNER JOIN staging.delivery AS deliveries
    ON needs.authority_code = deliveries.authority_code AND needs.source = deliveries.source
LEFT JOIN refusals
    ON
        deliveries.authority_code = refusals.authority_code
        AND deliveries.source = refusals.source
        AND deliveries.delivery_month = refusals.reporting_month
WHERE deliveries.status = 'refused' AND deliveries.delivery_month = strftime($as_of, '%Y-%m')
UNION ALL
SELECT
    needs.authority_code,
    'GATE-ABSENCE' AS condition,
    concat(
        needs.source,
        ': nothing was delivered for ',
        strftime($as_of, '%Y-%m'),
        CASE WHEN needs.last_month IS NULL THEN ', nor before' ELSE concat('; last for ', needs.last_month) END
    ) AS detail
FROM warehouse.dim_gate_need AS needs
WHERE
    needs.is_held_by_absence
    AND NOT EXISTS (
        SELECT 1
        FROM staging.delivery AS deliveries
        WHERE
            needs.authority_code = deliveries.authority_code
            AND needs.source = deliveries.source
            AND deliveries.delivery_month = strftime($as_of, '%Y-%m')
    )
UNION ALL
SELECT
    judged.authority_code,
    'GATE-REFUSED-ROWS' AS condition,
    concat(
        files.file_name,
        ' of ',
        files.reporting_month,
        ': ',
        files.rows_lost,
        ' of ',
        files.rows_written_once,
        ' rows refused, ',
        published_percent(files.rows_lost, files.rows_written_once),
        '%; at most ',
        judged.largest_refused_percent,
        '%, or ',
        judged.rows_allowed,
        ' rows'
    ) AS detail
FROM judged
INNER JOIN files
    ON
        judged.authority_code = files.authority_code
        AND judged.source = files.source
        AND judged.last_month = files.reporting_month
WHERE
    files.rows_lost > judged.rows_allowed
    AND files.rows_lost * 100 > judged.largest_refused_percent * files.rows_written_once
UNION ALL
SELECT
    needs.authority_code,
    'GATE-RECONCILIATION' AS condition,
    concat(
        files.file_name,
        ' of ',
        files.reporting_month,
        ': ',
        files.rows_read,
        ' rows read, ',
        files.rows_staged,
        ' staged, ',
        files.rows_refused,
        ' refused'
    ) AS detail
FROM warehouse.dim_gate_need AS needs
INNER JOIN files ON needs.authority_code = files.authority_code AND needs.source = files.source
WHERE files.rows_read <> files.rows_staged + files.rows_refused
UNION ALL
SELECT
    judged.authority_code,
    'GATE-UNREADABLE' AS condition,
    concat(
        judged.source,
        ' of ',
        unreadable.delivery_month,
        ', ',
        unreadable.sentence,
        '; at most ',
        unreadable.largest_unread_percent,
        '%, or fewer than ',
        unreadable.fewest_unread,
        '. They look like ',
        unreadable.shapes,
        ', an A for each letter and a 9 for each digit. ',
        unreadable.remedy,
        ' Then deliver again'
    ) AS detail
FROM judged
INNER JOIN warehouse.fct_unreadable_column AS unreadable
    ON
        judged.authority_code = unreadable.authority_code
        AND judged.source = unreadable.source
        AND judged.last_month = unreadable.delivery_month
WHERE NOT unreadable.is_placeholder
UNION ALL
SELECT
    figures.authority_code,
    'GATE-UNREADABLE' AS condition,
    concat(
        kpis.title,
        ', ',
        CASE WHEN figures.first_month < figures.reporting_month THEN concat(figures.first_month, ' to ') END,
        figures.reporting_month,
        ': ',
        figures.sentence,
        '; at most ',
        figures.largest_unread_percent,
        '%, or fewer than ',
        figures.fewest_unread,
        ' delivered records. The page of each delivery names the columns. Put right what is unread, then deliver again'
    ) AS detail
FROM warehouse.fct_undecided_figure AS figures
INNER JOIN warehouse.dim_kpi AS kpis ON figures.kpi_id = kpis.kpi_id
UNION ALL
SELECT
    checks.authority_code,
    'GATE-CHECKS' AS condition,
    concat(checks.sentence, ': ', checks.detail) AS detail
FROM warehouse.fct_check AS checks
WHERE checks.consequence = 'hold' AND checks.authority_code IS NOT NULL
