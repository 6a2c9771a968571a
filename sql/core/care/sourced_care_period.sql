-- One row a source, child and chain of episodes, each starting on or before the day the one before it ended. Its key is
-- the first episode's. Where it begins with short breaks (V3, V4), the care starts on the day on which they end.
-- is_short_break: nothing but short breaks. is_continued: the first episode says that it goes on from another, which
-- the source does not hold. A list of one month's end covers that month alone.
WITH episodes AS (
    SELECT
        source,
        authority_code,
        child_id,
        episode_id,
        start_date,
        start_reason,
        end_reason,
        coalesce(only_month, '') AS only_month,
        end_date_or_open(end_date) AS end_date
    FROM core.care_episode
    WHERE start_date IS NOT NULL AND coalesce(end_date, start_date) >= start_date
),

in_order AS (
    SELECT
        *,
        max(end_date) OVER (
            PARTITION BY source, only_month, authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM episodes
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE latest_end_before IS NULL OR latest_end_before < start_date) OVER (
            PARTITION BY source, only_month, authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
        ) AS period_number
    FROM in_order
),

chains AS (
    SELECT
        source,
        only_month,
        authority_code,
        child_id,
        period_number,
        arg_min(episode_id, (start_date, end_date, episode_id)) AS care_period_key,
        min(start_date) AS first_episode_date,
        arg_min(coalesce(start_reason, 'S'), (start_date, end_date)) <> 'S' AS is_continued,
        max(end_date) AS end_date,
        arg_max(coalesce(end_reason, ''), (end_date, start_date)) AS end_reason
    FROM numbered
    GROUP BY source, only_month, authority_code, child_id, period_number
),

at_first AS (
    SELECT
        chains.*,
        coalesce(firsts.is_short_break, false) AS begins_with_short_breaks
    FROM chains
    LEFT JOIN core.sourced_legal_status AS firsts
        ON
            chains.source = firsts.source
            AND chains.only_month = firsts.only_month
            AND chains.authority_code = firsts.authority_code
            AND chains.child_id = firsts.child_id
            AND chains.first_episode_date >= firsts.from_date
            AND chains.first_episode_date < firsts.until_date
),

after_short_breaks AS (
    SELECT
        at_first.source,
        at_first.only_month,
        at_first.authority_code,
        at_first.child_id,
        at_first.period_number,
        min(later.from_date) AS start_date
    FROM at_first
    INNER JOIN core.sourced_legal_status AS later
        ON
            at_first.source = later.source
            AND at_first.only_month = later.only_month
            AND at_first.authority_code = later.authority_code
            AND at_first.child_id = later.child_id
            AND at_first.first_episode_date < later.from_date
            AND at_first.end_date > later.from_date
            AND NOT coalesce(later.is_short_break, false)
    WHERE at_first.begins_with_short_breaks
    GROUP BY
        at_first.source, at_first.only_month, at_first.authority_code, at_first.child_id, at_first.period_number
)

SELECT
    at_first.source,
    at_first.only_month,
    at_first.authority_code,
    at_first.child_id,
    at_first.care_period_key,
    at_first.first_episode_date,
    coalesce(after_short_breaks.start_date, at_first.first_episode_date) AS start_date,
    nullif(at_first.end_date, end_date_or_open(NULL)) AS end_date,
    nullif(at_first.end_reason, '') AS end_reason,
    at_first.is_continued AND after_short_breaks.start_date IS NULL AS is_continued,
    at_first.begins_with_short_breaks AND after_short_breaks.start_date IS NULL AS is_short_break
FROM at_first
LEFT JOIN after_short_breaks USING (source, only_month, authority_code, child_id, period_number)
