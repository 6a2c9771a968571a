-- One row an authority and source with full history whose data begin later than the source does, and the first month
-- that they cover. A council may set it. Else none is before a new council began; and the dataset, of which a window
-- of some years is delivered, begins with the first month in which at least a quarter as many visits, reviews and
-- conferences were held, and assessments, enquiries and referrals ended, as in the council's own middle month of the
-- last twelve: earlier ones are exceptions. Where that is fewer than fifty, nothing is concluded. The quarter and the
-- fifty are in sql/reference/delivery_limit.csv.
-- grain: authority_code, source
WITH happened AS (
    SELECT
        authority_code,
        cinv_cin_visit_date AS happened_date
    FROM staging.ssd_cin_visits
    UNION ALL
    SELECT
        authority_code,
        cppv_cp_visit_date AS happened_date
    FROM staging.ssd_cp_visits
    UNION ALL
    SELECT
        authority_code,
        clav_cla_visit_date AS happened_date
    FROM staging.ssd_cla_visits
    UNION ALL
    SELECT
        authority_code,
        cppr_cp_review_date AS happened_date
    FROM staging.ssd_cp_reviews
    UNION ALL
    SELECT
        authority_code,
        clar_cla_review_date AS happened_date
    FROM staging.ssd_cla_reviews
    UNION ALL
    SELECT
        authority_code,
        icpc_icpc_date AS happened_date
    FROM staging.ssd_initial_cp_conference
    UNION ALL
    SELECT
        authority_code,
        cina_assessment_auth_date AS happened_date
    FROM staging.ssd_cin_assessments
    UNION ALL
    SELECT
        authority_code,
        s47e_s47_end_date AS happened_date
    FROM staging.ssd_s47_enquiry
    UNION ALL
    SELECT
        authority_code,
        cine_close_date AS happened_date
    FROM staging.ssd_cin_episodes
),

months AS (
    SELECT
        authority_code,
        strftime(happened_date, '%Y-%m') AS reporting_month,
        count(*) AS records
    FROM happened
    WHERE happened_date IS NOT NULL
    GROUP BY authority_code, strftime(happened_date, '%Y-%m')
),

sources AS (
    SELECT
        delivered.authority_code,
        delivered.source,
        min(delivered.first_month) AS first_month,
        max(delivered.last_month) AS last_month
    FROM staging.delivered_table AS delivered
    INNER JOIN reference.source AS sources ON delivered.source = sources.source
    WHERE sources.history = 'full'
    GROUP BY delivered.authority_code, delivered.source
),

-- Of the twelve months to the newest delivery's, those in which anything happened.
usual AS (
    SELECT
        months.authority_code,
        median(months.records) AS usual_records
    FROM months
    INNER JOIN sources ON months.authority_code = sources.authority_code AND sources.source = 'ssd'
    WHERE
        months.reporting_month <= sources.last_month
        AND months.reporting_month
        > strftime(cast(concat(sources.last_month, '-01') AS DATE) - to_months(12), '%Y-%m')
    GROUP BY months.authority_code
),

found AS (
    SELECT
        months.authority_code,
        'ssd' AS source,
        min(months.reporting_month) AS first_month
    FROM months
    INNER JOIN usual ON months.authority_code = usual.authority_code
    CROSS JOIN core.delivery_limit AS limits
    WHERE
        usual.usual_records >= limits.fewest_records_of_a_usual_month
        AND 100 * months.records >= limits.smallest_first_month_percent * usual.usual_records
    GROUP BY months.authority_code
)

SELECT
    sources.authority_code,
    sources.source,
    coalesce(
        set_months.first_month,
        greatest(sources.first_month, found.first_month, strftime(authorities.from_date, '%Y-%m'))
    ) AS first_month
FROM sources
LEFT JOIN reference.first_month AS set_months USING (authority_code, source)
LEFT JOIN found USING (authority_code, source)
LEFT JOIN reference.authority AS authorities
    ON
        sources.authority_code = authorities.authority_code
        AND authorities.is_new_council
