-- One row a child and chain of episodes, each begun by the day on which the one before it ended; a short break is a
-- period of its own.
WITH in_order AS (
    SELECT
        episode_id,
        child_id,
        start_date,
        end_reason,
        category_of_need,
        is_short_break,
        end_date_or_open(end_date) AS end_date,
        max(end_date_or_open(end_date)) OVER (
            PARTITION BY child_id
            ORDER BY start_date ASC, end_date ASC NULLS LAST, episode_id ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM council.care_episode
),

numbered AS (
    SELECT
        child_id,
        start_date,
        end_date,
        end_reason,
        category_of_need,
        count(*) FILTER (WHERE is_short_break OR latest_end_before IS NULL OR latest_end_before < start_date) OVER (
            PARTITION BY child_id
            ORDER BY start_date ASC, end_date ASC, episode_id ASC
        ) AS period_number
    FROM in_order
)

SELECT
    child_id,
    period_number,
    min(start_date) AS start_date,
    nullif(max(end_date), end_date_or_open(NULL)) AS end_date,
    arg_max(end_reason, (end_date, start_date)) AS end_reason,
    arg_max(category_of_need, (end_date, start_date)) AS category_of_need
FROM numbered
GROUP BY child_id, period_number
