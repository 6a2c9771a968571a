-- One row a child and chain of episodes, each starting on or before the day the one before it ended. Its key is the
-- first episode's. Where it begins with short breaks (V3, V4), the care starts on the day on which they end.
WITH episodes AS (
    SELECT
        authority_code,
        child_id,
        episode_id,
        start_date,
        end_date_or_open(end_date) AS end_date
    FROM core.care_episode
    WHERE source = 'ssd' AND start_date IS NOT NULL AND coalesce(end_date, start_date) >= start_date
),

in_order AS (
    SELECT
        *,
        max(end_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM episodes
),

numbered AS (
    SELECT
        *,
        count(*) FILTER (WHERE latest_end_before IS NULL OR latest_end_before < start_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
        ) AS period_number
    FROM in_order
),

chains AS (
    SELECT
        authority_code,
        child_id,
        arg_min(episode_id, (start_date, end_date, episode_id)) AS care_period_key,
        min(start_date) AS first_episode_date,
        max(end_date) AS end_date
    FROM numbered
    GROUP BY authority_code, child_id, period_number
),

after_short_breaks AS (
    SELECT
        chains.authority_code,
        chains.care_period_key,
        min(later.from_date) AS start_date
    FROM chains
    INNER JOIN core.child_legal_status AS firsts
        ON
            chains.authority_code = firsts.authority_code
            AND chains.child_id = firsts.child_id
            AND chains.first_episode_date >= firsts.from_date
            AND chains.first_episode_date < firsts.until_date
            AND firsts.is_short_break
    INNER JOIN core.child_legal_status AS later
        ON
            chains.authority_code = later.authority_code
            AND chains.child_id = later.child_id
            AND chains.first_episode_date < later.from_date
            AND chains.end_date > later.from_date
            AND NOT coalesce(later.is_short_break, false)
    GROUP BY chains.authority_code, chains.care_period_key
)

SELECT
    chains.authority_code,
    chains.child_id,
    chains.care_period_key,
    chains.first_episode_date,
    coalesce(after_short_breaks.start_date, chains.first_episode_date) AS start_date,
    nullif(chains.end_date, end_date_or_open(NULL)) AS end_date
FROM chains
LEFT JOIN after_short_breaks USING (authority_code, care_period_key)
