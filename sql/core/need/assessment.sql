-- One row a single (child and family) assessment of a child.
SELECT
    assessments.authority_code,
    assessments.cina_assessment_id AS assessment_id,
    assessments.cina_person_id AS child_id,
    assessments.cina_referral_id AS referral_id,
    assessments.cina_assessment_team AS team_code,
    assessments.cina_assessment_start_date AS start_date,
    assessments.cina_assessment_auth_date AS authorised_date,
    assessments.cina_assessment_outcome_nfa AS has_no_further_action,
    assessments.cina_assessment_child_seen AS is_child_seen
FROM staging.ssd_cin_assessments AS assessments
ANTI JOIN core.subject_source AS chosen
    ON
        assessments.authority_code = chosen.authority_code
        AND chosen.subject = 'assessment'
        AND chosen.source <> 'ssd'
UNION ALL
SELECT
    assessments.authority_code,
    assessments.assessment_key AS assessment_id,
    coalesce(same.known_as, assessments.lachildid) AS child_id,
    assessments.details_key AS referral_id,
    cast(NULL AS VARCHAR) AS team_code,
    assessments.assessment_actual_start_date AS start_date,
    assessments.assessment_authorisation_date AS authorised_date,
    cast(NULL AS BOOLEAN) AS has_no_further_action,
    cast(NULL AS BOOLEAN) AS is_child_seen
FROM staging.cin_census_assessments AS assessments
INNER JOIN core.subject_source AS chosen
    ON
        assessments.authority_code = chosen.authority_code
        AND chosen.subject = 'assessment'
        AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON assessments.authority_code = same.authority_code AND assessments.lachildid = same.child_id
