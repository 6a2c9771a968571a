-- One row a child and chain of episodes, each starting on or before the day the one before it ended, as the Standard
-- Safeguarding Dataset holds it.
SELECT
    authority_code,
    child_id,
    care_period_key,
    first_episode_date,
    start_date,
    end_date
FROM core.sourced_care_period
WHERE source = 'ssd'
