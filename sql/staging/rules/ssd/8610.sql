SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE NOT episode.cine_referral_nfa AND episode.cine_cin_primary_need_code IS NULL
