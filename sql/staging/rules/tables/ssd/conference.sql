-- One row an initial conference.
SELECT
    conference.line,
    conference.icpc_person_id AS child,
    conference.icpc_referral_id AS referral_id,
    conference.icpc_s47_enquiry_id AS enquiry_id,
    conference.icpc_icpc_date AS conference_date
FROM usable.ssd_initial_cp_conference AS conference
