-- One row a recorded initial child protection conference of a child. In the census one that stands with the referral,
-- and not with an enquiry, is a transfer-in.
SELECT
    conferences.authority_code,
    conferences.icpc_icpc_id AS conference_id,
    conferences.icpc_s47_enquiry_id AS enquiry_id,
    conferences.icpc_referral_id AS referral_id,
    conferences.icpc_cp_plan_id AS plan_id,
    conferences.icpc_person_id AS child_id,
    conferences.icpc_icpc_team AS team_code,
    conferences.icpc_icpc_date AS conference_date,
    coalesce(conferences.icpc_icpc_transfer_in, false) AS is_transfer_in,
    conferences.icpc_icpc_outcome_cp_flag AS led_to_plan
FROM staging.ssd_initial_cp_conference AS conferences
ANTI JOIN core.subject_source AS chosen
    ON
        conferences.authority_code = chosen.authority_code
        AND chosen.subject = 'initial conference'
        AND chosen.source <> 'ssd'
UNION ALL
SELECT
    conferences.authority_code,
    conferences.conference_key AS conference_id,
    conferences.s47_key AS enquiry_id,
    conferences.details_key AS referral_id,
    cast(NULL AS UUID) AS plan_id,
    coalesce(same.known_as, conferences.lachildid) AS child_id,
    cast(NULL AS VARCHAR) AS team_code,
    conferences.date_of_initial_cpc AS conference_date,
    conferences.s47_key IS NULL AS is_transfer_in,
    cast(NULL AS BOOLEAN) AS led_to_plan
FROM staging.cin_census_conferences AS conferences
INNER JOIN core.subject_source AS chosen
    ON
        conferences.authority_code = chosen.authority_code
        AND chosen.subject = 'initial conference'
        AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON conferences.authority_code = same.authority_code AND conferences.lachildid = same.child_id
