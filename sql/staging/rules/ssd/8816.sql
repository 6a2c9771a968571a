SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
INNER JOIN usable.ssd_cin_episodes AS later ON episode.cine_person_id = later.cine_person_id
WHERE
    episode.cine_close_date IS NULL
    AND episode.cine_referral_nfa IS NOT TRUE
    AND episode.cine_referral_date < later.cine_referral_date
GROUP BY episode.line
