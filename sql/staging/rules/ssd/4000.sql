SELECT plan.line
FROM usable.ssd_cin_plans AS plan
INNER JOIN usable.ssd_cin_episodes AS episode ON plan.cinp_referral_id = episode.cine_referral_id
WHERE episode.cine_referral_nfa
