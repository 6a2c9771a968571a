-- One row a child and chain of episodes, each starting on or before the day the one before it ended. Its key is the
-- first episode's.
WITH episodes AS (
    SELECT
        authority_code,
        child_id,
        episode_id,
        start_date,
        coalesce(end_date, DATE '9999-12-31') AS end_date
    FROM core.care_episode
    WHERE source = 'ssd' AND start_date IS NOT NULL AND coalesce(end_date, start_date) >= start_date
),

in_order AS (
    SELECT
        authority_code,
        child_id,
        episode_id,
        start_date,
        end_date,
        max(end_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM episodes
),

numbered AS (
    SELECT
        authority_code,
        child_id,
        episode_id,
        start_date,
        end_date,
        count(*) FILTER (WHERE latest_end_before IS NULL OR latest_end_before < start_date) OVER (
            PARTITION BY authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
        ) AS period_number
    FROM in_order
)

SELECT
    authority_code,
    child_id,
    arg_min(episode_id, (start_date, end_date, episode_id)) AS care_period_key,
    min(start_date) AS start_date,
    nullif(max(end_date), DATE '9999-12-31') AS end_date
FROM numbered
GROUP BY authority_code, child_id, period_number
