-- One row a referral of which the case was open in the collection year.
SELECT
    cases.cine_person_id AS lachildid,
    cases.cine_referral_id AS details_key,
    cases.cine_referral_date AS cin_referral_date,
    cases.cine_referral_source_code AS referral_source,
    cases.cine_cin_primary_need_code AS primary_need_code,
    cases.cine_close_date AS cin_closure_date,
    cases.cine_close_reason AS reason_for_closure,
    cases.cine_referral_nfa AS referral_nfa
FROM export.ssd_cin_episodes AS cases
CROSS JOIN council.month AS months
WHERE coalesce(cases.cine_close_date, months.month_end) >= months.year_from
