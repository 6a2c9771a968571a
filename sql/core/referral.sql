-- One row a referral of a child.
SELECT
    referrals.authority_code,
    referrals.cine_referral_id AS referral_id,
    referrals.cine_person_id AS child_id,
    referrals.cine_referral_date AS referral_date,
    referrals.cine_close_date AS close_date
FROM staging.ssd_cin_episodes AS referrals
