-- One row a section 47 enquiry into a child; it starts with the strategy discussion. One without an outcome may yet
-- need a conference. is_need_unread: it could not be read whether none is needed.
SELECT
    enquiries.authority_code,
    enquiries.s47e_s47_enquiry_id AS enquiry_id,
    enquiries.s47e_referral_id AS referral_id,
    enquiries.s47e_person_id AS child_id,
    enquiries.s47e_s47_completed_by_team AS team_code,
    enquiries.s47e_s47_start_date AS start_date,
    enquiries.s47e_s47_end_date AS end_date,
    coalesce(enquiries.s47e_s47_nfa, false)
    OR coalesce(enquiries.s47e_s47_outcome_json__nfa_flag, false)
    OR NOT coalesce(enquiries.s47e_s47_outcome_json__cp_conference_flag, true) AS needs_no_conference,
    coalesce(list_contains(enquiries.unread_columns, 's47e_s47_start_date'), false) AS is_start_unread,
    coalesce(
        list_has_any(enquiries.unread_columns, ['s47e_s47_nfa', 's47e_s47_outcome_json__nfa_flag']), false
    ) AS is_need_unread
FROM staging.ssd_s47_enquiry AS enquiries
ANTI JOIN core.subject_source AS chosen
    ON
        enquiries.authority_code = chosen.authority_code
        AND chosen.subject = 'initial conference'
        AND chosen.source <> 'ssd'
UNION ALL
SELECT
    enquiries.authority_code,
    enquiries.s47_key AS enquiry_id,
    enquiries.details_key AS referral_id,
    coalesce(same.known_as, enquiries.lachildid) AS child_id,
    cast(NULL AS VARCHAR) AS team_code,
    enquiries.s47_actual_start_date AS start_date,
    cast(NULL AS DATE) AS end_date,
    coalesce(enquiries.icpc_not_required, false) AS needs_no_conference,
    coalesce(list_contains(enquiries.unread_columns, 's47_actual_start_date'), false) AS is_start_unread,
    coalesce(list_contains(enquiries.unread_columns, 'icpc_not_required'), false) AS is_need_unread
FROM staging.cin_census_s47 AS enquiries
INNER JOIN core.subject_source AS chosen
    ON
        enquiries.authority_code = chosen.authority_code
        AND chosen.subject = 'initial conference'
        AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON enquiries.authority_code = same.authority_code AND enquiries.lachildid = same.child_id
