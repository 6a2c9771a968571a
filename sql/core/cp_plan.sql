-- One row a child protection plan of a child.
WITH chosen AS (
    SELECT
        authority_code,
        source
    FROM core.subject_source
    WHERE subject = 'child protection plan'
)

SELECT
    plans.authority_code,
    plans.cppl_cp_plan_id AS plan_id,
    plans.cppl_person_id AS child_id,
    plans.cppl_cp_plan_start_date AS start_date,
    plans.cppl_cp_plan_end_date AS end_date,
    coalesce(plans.cppl_cp_plan_ola, false) AS is_of_another_authority
FROM staging.ssd_cp_plans AS plans
WHERE
    NOT EXISTS (
        SELECT 1
        FROM chosen
        WHERE plans.authority_code = chosen.authority_code AND chosen.source <> 'ssd'
    )
UNION ALL
SELECT
    plans.authority_code,
    plans.cp_plan_key AS plan_id,
    coalesce(same.known_as, plans.lachildid) AS child_id,
    plans.cpp_start_date AS start_date,
    plans.cpp_end_date AS end_date,
    false AS is_of_another_authority
FROM staging.cin_census_cp_plans AS plans
INNER JOIN chosen ON plans.authority_code = chosen.authority_code AND chosen.source = 'cin_census'
LEFT JOIN core.same_child AS same
    ON plans.authority_code = same.authority_code AND plans.lachildid = same.child_id
