-- One row a section 47 enquiry into a child; it starts with the strategy discussion.
SELECT
    enquiries.authority_code,
    enquiries.s47e_s47_enquiry_id AS enquiry_id,
    enquiries.s47e_person_id AS child_id,
    enquiries.s47e_s47_completed_by_team AS team_code,
    enquiries.s47e_s47_start_date AS start_date,
    enquiries.s47e_s47_end_date AS end_date,
    coalesce(enquiries.s47e_s47_nfa, false)
    OR coalesce(enquiries.s47e_s47_outcome_json__nfa_flag, false) AS needs_no_conference
FROM staging.ssd_s47_enquiry AS enquiries
