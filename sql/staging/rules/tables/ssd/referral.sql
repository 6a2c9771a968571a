-- One row a referral.
SELECT
    episode.line,
    episode.cine_person_id AS child,
    episode.cine_referral_id AS referral_id,
    episode.cine_referral_date AS referral_date,
    episode.cine_referral_nfa AS is_no_further_action,
    episode.cine_cin_primary_need_code AS primary_need,
    episode.cine_close_date AS closure_date,
    episode.cine_close_reason AS closure_reason
FROM usable.ssd_cin_episodes AS episode
