SELECT conference.line
FROM usable.ssd_initial_cp_conference AS conference
INNER JOIN usable.ssd_cin_episodes AS episode ON conference.icpc_referral_id = episode.cine_referral_id
WHERE conference.icpc_icpc_date < episode.cine_referral_date
