SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE
    episode.cine_close_reason IN ('RC8', 'RC9')
    AND EXISTS (
        SELECT 1 FROM rule_table.activity AS activities
        WHERE
            activities.referral_id = episode.cine_referral_id
            AND activities.kind IN ('enquiry', 'conference', 'cin_plan', 'cp_plan')
    )
