SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE
    episode.cine_close_date IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM rule_table.s47_without_conference AS enquiries
        WHERE enquiries.s47e_referral_id = episode.cine_referral_id
    )
