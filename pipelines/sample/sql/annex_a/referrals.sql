-- One row a referral of the six months before.
SELECT
    children.child_id AS child_unique_id,
    children.gender,
    children.ethnicity,
    children.date_of_birth,
    children.age,
    referrals.cine_referral_date AS date_of_referral,
    referrals.cine_referral_source_code AS referral_source,
    CASE WHEN referrals.cine_referral_nfa THEN 'Yes' ELSE 'No' END AS referral_nfa,
    count(*) OVER (PARTITION BY referrals.cine_person_id) AS number_of_referrals_in_last_12_months
FROM export.ssd_cin_episodes AS referrals
CROSS JOIN council.month AS months
INNER JOIN council.child AS children ON referrals.cine_person_id = children.child_id
WHERE referrals.cine_referral_date >= months.twelve_months_from
QUALIFY referrals.cine_referral_date >= months.six_months_from
