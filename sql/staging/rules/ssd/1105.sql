SELECT plan.line
FROM usable.ssd_cp_plans AS plan
INNER JOIN usable.ssd_cin_episodes AS episode ON plan.cppl_referral_id = episode.cine_referral_id
WHERE
    plan.cppl_cp_plan_start_date < episode.cine_referral_date
    AND plan.cppl_cp_plan_ola IS NOT TRUE
