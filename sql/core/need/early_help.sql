-- One row an episode of early help for a child.
SELECT
    episodes.authority_code,
    episodes.earl_episode_id AS episode_id,
    episodes.earl_person_id AS child_id,
    episodes.earl_episode_start_date AS start_date,
    episodes.earl_episode_end_date AS end_date
FROM staging.ssd_early_help_episodes AS episodes
