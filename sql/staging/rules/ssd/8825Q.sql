SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE
    episode.cine_close_reason IN ('RC8', 'RC9')
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssd_cin_assessments AS assessments
        WHERE assessments.cina_referral_id = episode.cine_referral_id
    )
