-- One row a recorded initial child protection conference of a child.
SELECT
    conferences.authority_code,
    conferences.icpc_icpc_id AS conference_id,
    conferences.icpc_s47_enquiry_id AS enquiry_id,
    conferences.icpc_referral_id AS referral_id,
    conferences.icpc_person_id AS child_id,
    conferences.icpc_icpc_team AS team_code,
    conferences.icpc_icpc_date AS conference_date,
    coalesce(conferences.icpc_icpc_transfer_in, false) AS is_transfer_in
FROM staging.ssd_initial_cp_conference AS conferences
