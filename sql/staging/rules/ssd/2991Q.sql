SELECT episode.line
FROM usable.ssd_cin_episodes AS episode
WHERE
    EXISTS (
        SELECT 1 FROM usable.ssd_s47_enquiry AS enquiries
        WHERE enquiries.s47e_referral_id = episode.cine_referral_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssd_cin_assessments AS assessments
        WHERE assessments.cina_referral_id = episode.cine_referral_id
    )
