-- One row a table of the dataset that holds what has ended, and next to nothing that is still open, and the column that
-- would say that it is open. As many should be open at any time as the days that those of a year took, divided by the
-- days of the year; tables with fewer than a tenth of theirs are judged together, and where they should have fewer than
-- four nothing is concluded. Referrals: of twenty children and more some should have no plan and never have been looked
-- after. Visits: as many children in need should have been seen as have had their plan for three
-- months; nothing is concluded of fewer than ten. An end that was given and could not be read is none that is open.
WITH lasting AS (
    SELECT
        'ssd_cin_assessments' AS table_name,
        'cina_assessment_auth_date' AS column_name,
        cina_assessment_start_date AS start_date,
        cina_assessment_auth_date AS end_date,
        cina_assessment_auth_date__readable IS NULL AS has_no_end
    FROM checked.ssd_cin_assessments
    UNION ALL
    SELECT
        'ssd_s47_enquiry' AS table_name,
        's47e_s47_end_date' AS column_name,
        s47e_s47_start_date AS start_date,
        s47e_s47_end_date AS end_date,
        s47e_s47_end_date__readable IS NULL AS has_no_end
    FROM checked.ssd_s47_enquiry
),

counted AS (
    SELECT
        table_name,
        column_name,
        count(*) FILTER (WHERE has_no_end) AS rows_open,
        coalesce(
            sum(end_date - start_date) FILTER (
                WHERE
                start_date > cast($month_end AS DATE) - INTERVAL 1 YEAR
                AND start_date <= $month_end
                AND end_date >= start_date
            ),
            0
        ) / 365.0 AS usually_open
    FROM lasting
    GROUP BY table_name, column_name
),

ended AS (
    SELECT
        table_name,
        column_name,
        sum(usually_open) OVER () AS usually_open
    FROM counted
    WHERE 10 * rows_open <= usually_open
),

seen AS (
    SELECT
        plans.cinp_person_id,
        plans.cinp_cin_plan_start_date,
        count(visits.cinv_person_id) AS visits
    FROM checked.ssd_cin_plans AS plans
    LEFT JOIN checked.ssd_cin_visits AS visits
        ON
            plans.cinp_person_id = visits.cinv_person_id
            AND plans.cinp_cin_plan_start_date <= visits.cinv_cin_visit_date
    WHERE
        plans.cinp_cin_plan_end_date__readable IS NULL
        AND plans.cinp_cin_plan_start_date <= cast($month_end AS DATE) - INTERVAL 3 MONTH
    GROUP BY plans.cinp_person_id, plans.cinp_cin_plan_start_date
),

helped AS (
    SELECT cinp_person_id AS person_id FROM checked.ssd_cin_plans
    UNION ALL
    SELECT cppl_person_id AS person_id FROM checked.ssd_cp_plans
    UNION ALL
    SELECT clae_person_id AS person_id FROM checked.ssd_cla_episodes
),

referred AS (
    SELECT
        count(DISTINCT referrals.cine_person_id) AS children,
        count(DISTINCT referrals.cine_person_id) FILTER (WHERE helped.person_id IS NULL) AS children_without
    FROM checked.ssd_cin_episodes AS referrals
    LEFT JOIN helped ON referrals.cine_person_id = helped.person_id
),

visited AS (
    SELECT
        count(*) AS plans,
        count(*) FILTER (WHERE visits > 0) AS plans_visited
    FROM seen
)

SELECT
    table_name,
    column_name
FROM ended
WHERE usually_open >= 4
UNION ALL
SELECT
    'ssd_cin_visits' AS table_name,
    'cinv_cin_visit_date' AS column_name
FROM visited
WHERE
    plans >= 10
    AND 10 * plans_visited <= plans
    AND EXISTS (SELECT 1 FROM checked.ssd_cin_visits)
UNION ALL
SELECT
    'ssd_cin_episodes' AS table_name,
    'cine_referral_date' AS column_name
FROM referred
WHERE children >= 20 AND 100 * children_without <= children
ORDER BY table_name
