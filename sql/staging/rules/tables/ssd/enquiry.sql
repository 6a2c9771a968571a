-- One row a section 47 enquiry.
SELECT
    enquiry.line,
    enquiry.s47e_person_id AS child,
    enquiry.s47e_referral_id AS referral_id,
    enquiry.s47e_s47_enquiry_id AS enquiry_id,
    enquiry.s47e_s47_start_date AS start_date,
    enquiry.s47e_s47_end_date AS end_date,
    enquiry.s47e_s47_nfa IS TRUE
    OR enquiry.s47e_s47_outcome_json__nfa_flag IS TRUE
    OR enquiry.s47e_s47_outcome_json__cp_conference_flag IS FALSE AS needs_no_conference
FROM usable.ssd_s47_enquiry AS enquiry
