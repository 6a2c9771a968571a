-- One row a section 47 enquiry after which a conference has to be held, and has not been.
SELECT
    enquiry.line,
    enquiry.s47e_person_id,
    enquiry.s47e_referral_id,
    enquiry.s47e_s47_start_date,
    enquiry.s47e_s47_end_date
FROM usable.ssd_s47_enquiry AS enquiry
WHERE
    enquiry.s47e_s47_nfa IS NOT TRUE
    AND enquiry.s47e_s47_outcome_json__nfa_flag IS NOT TRUE
    AND enquiry.s47e_s47_outcome_json__cp_conference_flag IS NOT FALSE
    AND NOT EXISTS (
        SELECT 1 FROM usable.ssd_initial_cp_conference AS conferences
        WHERE
            conferences.icpc_s47_enquiry_id = enquiry.s47e_s47_enquiry_id
            AND conferences.icpc_icpc_date IS NOT NULL
    )
