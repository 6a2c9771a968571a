-- One row an episode of care in a source. Two sources may hold the same episode: a count takes one of them. A list
-- of one month's end covers that month alone. Of one whose start could not be read, start_date is the first day on
-- which it may matter. is_undecided: something could not be read that decides whether it counts.
SELECT
    'ssd' AS source,
    episodes.authority_code,
    episodes.clae_person_id AS child_id,
    episodes.clae_cla_episode_id AS episode_id,
    episodes.clae_cla_id AS care_period_id,
    CASE
        WHEN list_contains(episodes.unread_columns, 'clae_cla_episode_start_date')
            THEN least(episodes.clae_cla_episode_ceased_date, first_days.first_day)
        ELSE episodes.clae_cla_episode_start_date
    END AS start_date,
    episodes.clae_cla_episode_ceased_date AS end_date,
    cast(NULL AS VARCHAR) AS only_month,
    episodes.clae_cla_episode_start_reason AS start_reason,
    episodes.clae_cla_episode_ceased_reason AS end_reason,
    episodes.clae_cla_primary_need_code AS category_of_need,
    coalesce(
        list_has_any(episodes.unread_columns, ['clae_cla_episode_start_date', 'clae_cla_episode_ceased_date']), false
    ) AS is_undecided
FROM staging.ssd_cla_episodes AS episodes
LEFT JOIN core.first_day AS first_days ON episodes.authority_code = first_days.authority_code
UNION ALL
SELECT
    'ssda903' AS source,
    episodes.authority_code,
    coalesce(same.known_as, episodes.child) AS child_id,
    cast(NULL AS UUID) AS episode_id,
    cast(NULL AS UUID) AS care_period_id,
    episodes.decom AS start_date,
    episodes.dec AS end_date,
    cast(NULL AS VARCHAR) AS only_month,
    episodes.rne AS start_reason,
    episodes.rec AS end_reason,
    episodes.cin AS category_of_need,
    false AS is_undecided
FROM staging.ssda903_episodes AS episodes
LEFT JOIN core.same_child AS same
    ON episodes.authority_code = same.authority_code AND episodes.child = same.child_id
UNION ALL
SELECT
    'annex_a' AS source,
    listed.authority_code,
    listed.child_id,
    cast(NULL AS UUID) AS episode_id,
    cast(NULL AS UUID) AS care_period_id,
    listed.start_date,
    listed.end_date,
    listed.reporting_month AS only_month,
    cast(NULL AS VARCHAR) AS start_reason,
    listed.end_reason,
    listed.category_of_need,
    false AS is_undecided
FROM core.listed_looked_after AS listed
