-- One row an event of a child and month in whose twelve months it lies, and one a kind of event and month with how many
-- children live there, which is known of the whole authority alone.
-- grain: kind, authority_code, reporting_month, record_key
WITH events AS (
    SELECT
        'referral' AS kind,
        authority_code,
        child_id,
        referral_id AS record_key,
        referral_date AS event_date
    FROM warehouse.fct_referral
    WHERE excluded_because IS NULL
    UNION ALL
    SELECT
        'assessment' AS kind,
        authority_code,
        child_id,
        assessment_id AS record_key,
        authorised_date AS event_date
    FROM warehouse.fct_assessment
    WHERE NOT is_of_adult
    UNION ALL
    SELECT
        'section 47 enquiry' AS kind,
        authority_code,
        child_id,
        enquiry_id AS record_key,
        start_date AS event_date
    FROM warehouse.fct_enquiry
    WHERE excluded_because IS NULL
    UNION ALL
    SELECT
        'initial conference' AS kind,
        authority_code,
        child_id,
        conference_id AS record_key,
        conference_date AS event_date
    FROM warehouse.fct_conference_held
    UNION ALL
    SELECT
        'start of a plan' AS kind,
        authority_code,
        child_id,
        plan_id AS record_key,
        start_date AS event_date
    FROM warehouse.fct_cp_plan
    UNION ALL
    SELECT
        'end of a plan' AS kind,
        authority_code,
        child_id,
        plan_id AS record_key,
        end_date AS event_date
    FROM warehouse.fct_cp_plan
),

kinds AS (
    SELECT unnest([
        'referral', 'assessment', 'section 47 enquiry', 'initial conference', 'start of a plan', 'end of a plan'
    ]) AS kind
)

SELECT
    events.kind,
    events.authority_code,
    cast(NULL AS VARCHAR) AS team_code,
    months.reporting_month,
    events.child_id,
    events.record_key,
    cast(1 AS DECIMAL(18, 2)) AS numerator,
    cast(NULL AS DECIMAL(18, 2)) AS denominator,
    concat(events.kind, ' on ', events.event_date) AS reason
FROM events
INNER JOIN warehouse.dim_covered_month AS months
    ON
        events.authority_code = months.authority_code
        AND events.event_date <= months.month_end
        AND events.event_date > months.year_before
UNION ALL
SELECT
    kinds.kind,
    populations.*
FROM kinds
CROSS JOIN warehouse.fct_population_record AS populations
