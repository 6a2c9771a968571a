SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE
    episode.cine_close_date IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM usable.ssd_cin_assessments AS assessments
        WHERE
            assessments.cina_referral_id = episode.cine_referral_id
            AND assessments.cina_assessment_auth_date IS NULL
    )
