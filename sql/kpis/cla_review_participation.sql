SELECT
    reviews.authority_code,
    reviews.team_code,
    reviews.reporting_month,
    reviews.child_id,
    reviews.record_key,
    cast(
        CASE
            WHEN reviews.excluded_because IS NULL
                THEN cast(reviews.participation_code IN ('PN1', 'PN2', 'PN3', 'PN5', 'PN6') AS INTEGER)
        END AS DECIMAL(18, 2)
    ) AS numerator,
    cast(CASE WHEN reviews.excluded_because IS NULL THEN 1 END AS DECIMAL(18, 2)) AS denominator,
    coalesce(reviews.excluded_because, concat(reviews.participation_code, ' on ', reviews.review_date)) AS reason
FROM warehouse.fct_care_review AS reviews
INNER JOIN warehouse.dim_kpi_source AS sources
    ON
        sources.kpi_id = 'cla_review_participation'
        AND reviews.authority_code = sources.authority_code
        AND reviews.reporting_month = sources.reporting_month
        AND reviews.source = sources.source
