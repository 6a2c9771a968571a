-- One row a referral of a child. is_undecided: something could not be read that decides whether the case is open.
SELECT
    referrals.authority_code,
    referrals.cine_referral_id AS referral_id,
    referrals.cine_person_id AS child_id,
    referrals.cine_referral_date AS referral_date,
    referrals.cine_close_date AS close_date,
    referrals.cine_referral_team AS team_code,
    referrals.cine_referral_source_code AS source_code,
    referrals.cine_referral_nfa AS has_no_further_action,
    coalesce(
        list_has_any(referrals.unread_columns, ['cine_referral_date', 'cine_close_date', 'cine_referral_nfa']), false
    ) AS is_undecided,
    coalesce(list_contains(referrals.unread_columns, 'cine_referral_date'), false) AS is_date_unread
FROM staging.ssd_cin_episodes AS referrals
ANTI JOIN core.subject_source AS chosen
    ON
        referrals.authority_code = chosen.authority_code
        AND chosen.subject = 'referral'
        AND chosen.source <> 'ssd'
UNION ALL
SELECT
    details.authority_code,
    details.details_key AS referral_id,
    coalesce(same.known_as, details.lachildid) AS child_id,
    details.cin_referral_date AS referral_date,
    details.cin_closure_date AS close_date,
    cast(NULL AS VARCHAR) AS team_code,
    details.referral_source AS source_code,
    details.referral_nfa AS has_no_further_action,
    coalesce(
        list_has_any(details.unread_columns, ['cin_referral_date', 'cin_closure_date', 'referral_nfa']), false
    ) AS is_undecided,
    coalesce(list_contains(details.unread_columns, 'cin_referral_date'), false) AS is_date_unread
FROM staging.cin_census_details AS details
INNER JOIN core.subject_source AS chosen
    ON
        details.authority_code = chosen.authority_code
        AND chosen.subject = 'referral'
        AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON details.authority_code = same.authority_code AND details.lachildid = same.child_id
