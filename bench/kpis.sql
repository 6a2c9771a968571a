-- The four KPIs by month, from the exports' text as it stands: no rule of the register, no check, no team.
WITH days AS (
    SELECT cast(series.day AS DATE) AS day
    FROM generate_series(DATE '1995-01-01', DATE '2030-12-31', INTERVAL 1 DAY) AS series (day)
),

calendar AS (
    SELECT
        days.day,
        count(*) FILTER (WHERE isodow(days.day) < 6 AND bank_holidays.date IS NULL) OVER (ORDER BY days.day) AS number
    FROM days
    LEFT JOIN bank_holidays ON days.day = bank_holidays.date
),

months AS (
    SELECT last_day(cast(series.month AS DATE)) AS month_end
    FROM generate_series(DATE '2018-01-01', DATE '2021-02-01', INTERVAL 1 MONTH) AS series (month)
),

clocks AS (
    SELECT
        'assess_45wd' AS kpi_id,
        45 AS working_days,
        try_cast(cina_assessment_start_date AS DATE) AS start_date,
        try_cast(cina_assessment_auth_date AS DATE) AS end_date
    FROM ssd_cin_assessments
    UNION ALL
    SELECT
        'icpc_15wd' AS kpi_id,
        15 AS working_days,
        try_cast(enquiries.s47e_s47_start_date AS DATE) AS start_date,
        try_cast(conferences.icpc_icpc_date AS DATE) AS end_date
    FROM ssd_initial_cp_conference AS conferences
    INNER JOIN ssd_s47_enquiry AS enquiries ON conferences.icpc_s47_enquiry_id = enquiries.s47e_s47_enquiry_id
),

stays AS (
    SELECT
        'cpp_count' AS kpi_id,
        cppl_person_id AS child_id,
        try_cast(cppl_cp_plan_start_date AS DATE) AS start_date,
        coalesce(try_cast(cppl_cp_plan_end_date AS DATE), DATE '9999-12-31') AS end_date
    FROM ssd_cp_plans
    UNION ALL
    SELECT
        'cla_count' AS kpi_id,
        clae_person_id AS child_id,
        try_cast(clae_cla_episode_start_date AS DATE) AS start_date,
        coalesce(try_cast(clae_cla_episode_ceased_date AS DATE), DATE '9999-12-31') AS end_date
    FROM ssd_cla_episodes
)

SELECT
    clocks.kpi_id,
    last_day(clocks.end_date) AS month_end,
    count(*) FILTER (WHERE ended.number - started.number <= clocks.working_days) AS numerator,
    count(*) AS denominator
FROM clocks
INNER JOIN calendar AS started ON clocks.start_date = started.day
INNER JOIN calendar AS ended ON clocks.end_date = ended.day
GROUP BY clocks.kpi_id, last_day(clocks.end_date)
UNION ALL
SELECT
    stays.kpi_id,
    months.month_end,
    count(DISTINCT stays.child_id) AS numerator,
    NULL AS denominator
FROM months
INNER JOIN stays ON stays.start_date <= months.month_end AND stays.end_date > months.month_end
GROUP BY stays.kpi_id, months.month_end
