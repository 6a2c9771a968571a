SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
INNER JOIN usable.ssd_cin_episodes AS earlier ON episode.cine_person_id = earlier.cine_person_id
WHERE
    (earlier.cine_referral_date, earlier.line) < (episode.cine_referral_date, episode.line)
    AND episode.cine_referral_date < earlier.cine_close_date
    AND episode.cine_referral_nfa IS NOT TRUE
    AND earlier.cine_referral_nfa IS NOT TRUE
GROUP BY episode.line
