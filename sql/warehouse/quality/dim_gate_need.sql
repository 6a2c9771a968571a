-- One row an authority and source that a month needs, and what holds the month there. Needed is what the authority has
-- delivered before, or what its settings say; settings of the authority go before those of the source, then everyone's.
-- grain: authority_code, source
WITH settings AS (
    SELECT
        cast(authority_code AS VARCHAR) AS authority_code,
        cast(source AS VARCHAR) AS source,
        needed,
        is_held_by_absence,
        cast(largest_refused_percent AS DECIMAL(4, 1)) AS largest_refused_percent,
        cast(largest_loss_percent AS DECIMAL(4, 1)) AS largest_loss_percent,
        cast(rows_allowed AS BIGINT) AS rows_allowed
    FROM reference.gate_setting
),

delivered AS (
    SELECT
        authority_code,
        source,
        max(delivery_month) AS last_month
    FROM staging.delivery
    WHERE is_used
    GROUP BY authority_code, source
),

pairs AS (
    SELECT
        authority_code,
        source
    FROM delivered
    UNION
    SELECT
        authority_code,
        source
    FROM settings
    WHERE needed = 'always'
),

ranked AS (
    SELECT
        pairs.authority_code,
        pairs.source,
        settings.needed,
        settings.is_held_by_absence,
        settings.largest_refused_percent,
        settings.largest_loss_percent,
        settings.rows_allowed,
        row_number() OVER (
            PARTITION BY pairs.authority_code, pairs.source
            ORDER BY settings.authority_code NULLS LAST, settings.source NULLS LAST
        ) AS position
    FROM pairs
    INNER JOIN settings
        ON
            pairs.authority_code = coalesce(settings.authority_code, pairs.authority_code)
            AND pairs.source = coalesce(settings.source, pairs.source)
)

SELECT
    ranked.authority_code,
    ranked.source,
    ranked.is_held_by_absence,
    ranked.largest_refused_percent,
    ranked.largest_loss_percent,
    ranked.rows_allowed,
    delivered.last_month
FROM ranked
LEFT JOIN delivered ON ranked.authority_code = delivered.authority_code AND ranked.source = delivered.source
WHERE ranked.position = 1 AND ranked.needed <> 'never'
