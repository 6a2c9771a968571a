-- One row a referral.
SELECT
    details.line,
    details.lachildid AS child,
    details.details_key AS referral_id,
    details.cin_referral_date AS referral_date,
    details.referral_nfa AS is_no_further_action,
    details.primary_need_code AS primary_need,
    details.cin_closure_date AS closure_date,
    details.reason_for_closure AS closure_reason
FROM usable.cin_census_details AS details
