SELECT plan.line
FROM usable.ssd_cp_plans AS plan
INNER JOIN usable.ssd_cin_episodes AS episode ON plan.cppl_referral_id = episode.cine_referral_id
WHERE episode.cine_referral_nfa
