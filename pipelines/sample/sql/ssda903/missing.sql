-- One row an episode of being missing or away that began in the collection year, of a child who is in the return.
SELECT
    header.child,
    header.dob,
    episodes.miss_missing_episode_start_date AS mis_start,
    episodes.miss_missing_episode_end_date AS mis_end,
    left(episodes.miss_missing_episode_type, 1) AS missing
FROM export.ssd_missing AS episodes
CROSS JOIN council.month AS months
INNER JOIN ssda903.header AS header ON episodes.miss_person_id = header.child
WHERE episodes.miss_missing_episode_start_date >= months.year_from
