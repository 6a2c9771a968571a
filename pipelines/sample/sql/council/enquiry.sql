-- One row a section 47 enquiry and its conference, and one a conference that no enquiry led to.
SELECT
    enquiries.s47e_s47_enquiry_id AS enquiry_id,
    conferences.icpc_icpc_id AS conference_id,
    enquiries.s47e_s47_start_date AS start_date,
    conferences.icpc_icpc_target_date AS target_date,
    conferences.icpc_icpc_date AS conference_date,
    conferences.icpc_icpc_outcome_cp_flag AS led_to_plan,
    coalesce(enquiries.s47e_person_id, conferences.icpc_person_id) AS child_id,
    coalesce(enquiries.s47e_referral_id, conferences.icpc_referral_id) AS referral_id,
    CASE WHEN enquiries.s47e_s47_end_date IS NOT NULL THEN NOT enquiries.s47e_s47_outcome_json__cp_conference_flag END
        AS needs_no_conference
FROM export.ssd_s47_enquiry AS enquiries
FULL JOIN export.ssd_initial_cp_conference AS conferences
    ON enquiries.s47e_s47_enquiry_id = conferences.icpc_s47_enquiry_id
