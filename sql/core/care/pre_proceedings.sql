-- One row a child in pre-proceedings: from the decision to begin them to the decision to step down or to go to court.
SELECT
    'ssd' AS source,
    authority_code,
    prep_table_id AS pre_proceedings_id,
    prep_person_id AS child_id,
    prep_pre_pro_decision_date AS start_date,
    prep_agree_stepdown_issue_date AS end_date
FROM staging.ssd_pre_proceedings
UNION ALL
SELECT
    'cin_census' AS source,
    blocks.authority_code,
    blocks.pre_proceedings_key AS pre_proceedings_id,
    coalesce(same.known_as, blocks.lachildid) AS child_id,
    blocks.pp_start_date AS start_date,
    coalesce(blocks.step_decision_date, blocks.court_app_date) AS end_date
FROM staging.cin_census_pre_proceedings AS blocks
LEFT JOIN core.same_child AS same
    ON blocks.authority_code = same.authority_code AND blocks.lachildid = same.child_id
