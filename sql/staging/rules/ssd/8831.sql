SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE
    episode.cine_referral_nfa
    AND EXISTS (
        SELECT 1 FROM rule_table.activity AS activities
        WHERE
            activities.referral_id = episode.cine_referral_id
            AND activities.kind IN ('assessment', 'enquiry', 'conference')
    )
