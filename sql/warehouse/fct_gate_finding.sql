-- One row an authority, condition of the gate and thing that is not as the condition has it at the reporting month.
-- Judged are the deliveries of the month itself, and the newest used one of a source that tells of other months too.
WITH needs AS (
    SELECT
        authority_code,
        source,
        is_held_by_absence,
        largest_refused_percent,
        rows_allowed,
        last_month
    FROM warehouse.dim_gate_need
),

deliveries AS (
    SELECT
        authority_code,
        source,
        delivery_month,
        landing_version,
        status,
        is_used
    FROM staging.delivery
),

files AS (
    SELECT
        authority_code,
        source,
        reporting_month,
        file_name,
        rows_read,
        rows_staged,
        rows_refused
    FROM validation.reconciliation
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

checks AS (
    SELECT
        authority_code,
        consequence,
        sentence,
        detail
    FROM warehouse.fct_check
),

judged AS (
    SELECT
        needs.authority_code,
        needs.source,
        needs.largest_refused_percent,
        needs.rows_allowed,
        needs.last_month
    FROM needs
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
FROM needs
INNER JOIN deliveries ON needs.authority_code = deliveries.authority_code AND needs.source = deliveries.source
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
FROM needs
WHERE
    needs.is_held_by_absence
    AND NOT EXISTS (
        SELECT 1
        FROM deliveries
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
        files.rows_refused,
        ' of ',
        files.rows_read,
        ' rows refused, ',
        published_percent(files.rows_refused, files.rows_read),
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
    files.rows_refused > judged.rows_allowed
    AND files.rows_refused * 100 > judged.largest_refused_percent * files.rows_read
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
FROM needs
INNER JOIN files ON needs.authority_code = files.authority_code AND needs.source = files.source
WHERE files.rows_read <> files.rows_staged + files.rows_refused
UNION ALL
SELECT
    checks.authority_code,
    'GATE-CHECKS' AS condition,
    concat(checks.sentence, ': ', checks.detail) AS detail
FROM checks
WHERE checks.consequence = 'hold' AND checks.authority_code IS NOT NULL
