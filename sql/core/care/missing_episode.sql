-- One row an episode for which a child was missing from the placement; an absence that was agreed with nobody but known
-- of (absent) is none.
SELECT
    'ssd' AS source,
    authority_code,
    miss_table_id AS episode_id,
    miss_person_id AS child_id,
    miss_missing_episode_start_date AS start_date,
    miss_missing_episode_end_date AS end_date,
    miss_missing_rhi_offered AS interview_offered,
    miss_missing_rhi_accepted AS interview_accepted
FROM staging.ssd_missing
WHERE miss_missing_episode_type IN ('Missing', 'M')
UNION ALL
SELECT
    'ssda903' AS source,
    episodes.authority_code,
    cast(NULL AS UUID) AS episode_id,
    coalesce(same.known_as, episodes.child) AS child_id,
    episodes.mis_start AS start_date,
    episodes.mis_end AS end_date,
    cast(NULL AS VARCHAR) AS interview_offered,
    cast(NULL AS VARCHAR) AS interview_accepted
FROM staging.ssda903_missing AS episodes
LEFT JOIN core.same_child AS same
    ON episodes.authority_code = same.authority_code AND episodes.child = same.child_id
WHERE episodes.missing = 'M'
