SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE episode.cine_close_date IS NULL AND episode.cine_referral_nfa IS NOT TRUE
QUALIFY count(*) OVER (PARTITION BY episode.cine_person_id) > 1
