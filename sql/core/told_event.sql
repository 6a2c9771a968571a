-- One row a record of an event of a subject and day of which another source of the authority tells as well. A child is
-- known by one id in all of them; a record without an id is known by its child's.
WITH compared AS (
    SELECT
        authority_code,
        subject,
        unnest([preferred_source, other_source]) AS source,
        first_day,
        last_day
    FROM core.compared_source
),

covered AS (
    SELECT
        authority_code,
        subject,
        source,
        min(first_day) AS first_day,
        max(last_day) AS last_day
    FROM compared
    GROUP BY authority_code, subject, source
),

episodes AS (
    SELECT
        'ssd' AS source,
        authority_code,
        clae_person_id AS child_id,
        clae_cla_episode_id AS record_key,
        line,
        clae_cla_episode_start_date AS start_date,
        clae_cla_episode_ceased_date AS end_date
    FROM staging.ssd_cla_episodes
    UNION ALL
    SELECT
        'ssda903' AS source,
        authority_code,
        child AS child_id,
        child AS record_key,
        line,
        decom AS start_date,
        dec AS end_date
    FROM staging.ssda903_episodes
),

in_order AS (
    SELECT
        episodes.source,
        episodes.authority_code,
        episodes.child_id,
        episodes.record_key,
        episodes.line,
        episodes.start_date,
        coalesce(episodes.end_date, DATE '9999-12-31') AS end_date,
        max(coalesce(episodes.end_date, DATE '9999-12-31')) OVER (
            PARTITION BY episodes.source, episodes.authority_code, episodes.child_id
            ORDER BY episodes.start_date ASC, episodes.end_date ASC, episodes.line ASC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before
    FROM episodes
    INNER JOIN covered
        ON
            episodes.authority_code = covered.authority_code
            AND episodes.source = covered.source
            AND covered.subject = 'period of care'
    WHERE
        episodes.start_date IS NOT NULL
        AND coalesce(episodes.end_date, episodes.start_date) >= episodes.start_date
),

numbered AS (
    SELECT
        source,
        authority_code,
        child_id,
        record_key,
        line,
        start_date,
        end_date,
        count(*) FILTER (WHERE latest_end_before IS NULL OR latest_end_before < start_date) OVER (
            PARTITION BY source, authority_code, child_id
            ORDER BY start_date ASC, end_date ASC, line ASC
        ) AS period_number
    FROM in_order
),

care_periods AS (
    SELECT DISTINCT
        episodes.authority_code,
        episodes.clae_cla_id AS care_period_id,
        episodes.clae_person_id AS child_id
    FROM staging.ssd_cla_episodes AS episodes
    INNER JOIN covered
        ON
            episodes.authority_code = covered.authority_code
            AND covered.source = 'ssd'
            AND covered.subject = 'review of a child looked after'
    WHERE episodes.clae_cla_id IS NOT NULL
),

told AS (
    SELECT
        'referral' AS subject,
        'ssd' AS source,
        authority_code,
        cine_person_id AS child_id,
        cine_referral_id AS record_key,
        line,
        cine_referral_date AS first_date,
        cine_close_date AS second_date
    FROM staging.ssd_cin_episodes
    UNION ALL
    SELECT
        'referral' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        details_key AS record_key,
        line,
        cin_referral_date AS first_date,
        cin_closure_date AS second_date
    FROM staging.cin_census_details
    UNION ALL
    SELECT
        'assessment' AS subject,
        'ssd' AS source,
        authority_code,
        cina_person_id AS child_id,
        cina_assessment_id AS record_key,
        line,
        cina_assessment_start_date AS first_date,
        cina_assessment_auth_date AS second_date
    FROM staging.ssd_cin_assessments
    UNION ALL
    SELECT
        'assessment' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        assessment_key AS record_key,
        line,
        assessment_actual_start_date AS first_date,
        assessment_authorisation_date AS second_date
    FROM staging.cin_census_assessments
    UNION ALL
    SELECT
        'section 47 enquiry' AS subject,
        'ssd' AS source,
        authority_code,
        s47e_person_id AS child_id,
        s47e_s47_enquiry_id AS record_key,
        line,
        s47e_s47_start_date AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.ssd_s47_enquiry
    UNION ALL
    SELECT
        'section 47 enquiry' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        s47_key AS record_key,
        line,
        s47_actual_start_date AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.cin_census_s47
    UNION ALL
    SELECT
        'initial conference' AS subject,
        'ssd' AS source,
        authority_code,
        icpc_person_id AS child_id,
        icpc_icpc_id AS record_key,
        line,
        icpc_icpc_date AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.ssd_initial_cp_conference
    UNION ALL
    SELECT
        'initial conference' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        conference_key AS record_key,
        line,
        date_of_initial_cpc AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.cin_census_conferences
    UNION ALL
    SELECT
        'child in need plan' AS subject,
        'ssd' AS source,
        authority_code,
        cinp_person_id AS child_id,
        cinp_cin_plan_id AS record_key,
        line,
        cinp_cin_plan_start_date AS first_date,
        cinp_cin_plan_end_date AS second_date
    FROM staging.ssd_cin_plans
    UNION ALL
    SELECT
        'child in need plan' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        cin_plan_key AS record_key,
        line,
        cin_plan_start_date AS first_date,
        cin_plan_end_date AS second_date
    FROM staging.cin_census_cin_plans
    UNION ALL
    SELECT
        'child protection plan' AS subject,
        'ssd' AS source,
        authority_code,
        cppl_person_id AS child_id,
        cppl_cp_plan_id AS record_key,
        line,
        cppl_cp_plan_start_date AS first_date,
        cppl_cp_plan_end_date AS second_date
    FROM staging.ssd_cp_plans
    WHERE NOT coalesce(cppl_cp_plan_ola, false)
    UNION ALL
    SELECT
        'child protection plan' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        cp_plan_key AS record_key,
        line,
        cpp_start_date AS first_date,
        cpp_end_date AS second_date
    FROM staging.cin_census_cp_plans
    UNION ALL
    SELECT
        'child protection review' AS subject,
        'ssd' AS source,
        authority_code,
        cppr_person_id AS child_id,
        cppr_cp_review_id AS record_key,
        line,
        cppr_cp_review_date AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.ssd_cp_reviews
    WHERE coalesce(cppr_cp_review_quorate, true)
    UNION ALL
    SELECT
        'child protection review' AS subject,
        'cin_census' AS source,
        authority_code,
        lachildid AS child_id,
        cp_review_key AS record_key,
        line,
        cpp_review_date AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.cin_census_cp_reviews
    UNION ALL
    SELECT
        'review of a child looked after' AS subject,
        'ssda903' AS source,
        authority_code,
        child AS child_id,
        child AS record_key,
        line,
        review AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.ssda903_reviews
    UNION ALL
    SELECT
        'review of a child looked after' AS subject,
        'ssd' AS source,
        reviews.authority_code,
        care_periods.child_id,
        reviews.clar_cla_review_id AS record_key,
        reviews.line,
        reviews.clar_cla_review_date AS first_date,
        cast(NULL AS DATE) AS second_date
    FROM staging.ssd_cla_reviews AS reviews
    INNER JOIN care_periods
        ON
            reviews.authority_code = care_periods.authority_code
            AND reviews.clar_cla_id = care_periods.care_period_id
    WHERE NOT coalesce(reviews.clar_cla_review_cancelled, false)
    UNION ALL
    SELECT
        'period of care' AS subject,
        source,
        authority_code,
        child_id,
        arg_min(record_key, (start_date, line)) AS record_key,
        arg_min(line, (start_date, line)) AS line,
        min(start_date) AS first_date,
        nullif(max(end_date), DATE '9999-12-31') AS second_date
    FROM numbered
    GROUP BY source, authority_code, child_id, period_number
)

SELECT
    told.subject,
    told.source,
    told.authority_code,
    coalesce(same.known_as, told.child_id) AS child_id,
    told.record_key,
    told.line,
    told.first_date,
    told.second_date
FROM told
INNER JOIN covered
    ON
        told.authority_code = covered.authority_code
        AND told.subject = covered.subject
        AND told.source = covered.source
        AND told.first_date BETWEEN covered.first_day AND covered.last_day
LEFT JOIN core.same_child AS same
    ON
        told.authority_code = same.authority_code
        AND told.child_id = same.child_id
        AND told.source <> 'ssd'
