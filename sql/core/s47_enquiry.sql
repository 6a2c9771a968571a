SELECT
    enquiries.authority_code,
    enquiries.s47e_s47_enquiry_id AS enquiry_id,
    enquiries.s47e_person_id AS child_id,
    enquiries.s47e_s47_start_date AS start_date
FROM staging.ssd_s47_enquiry AS enquiries
