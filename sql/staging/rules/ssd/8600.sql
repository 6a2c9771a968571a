SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
CROSS JOIN rule_table.delivery
WHERE coalesce(episode.cine_referral_date > delivery.extracted_by, true)
