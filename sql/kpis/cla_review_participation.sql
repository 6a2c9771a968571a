SELECT
    reviews.authority_code,
    reviews.team_code,
    reviews.reporting_month,
    reviews.child_id,
    reviews.record_key,
    one_or_zero(
        CASE
            WHEN reviews.excluded_because IS NULL
                THEN reviews.participation_code IN ('PN1', 'PN2', 'PN3', 'PN5', 'PN6')
        END
    ) AS numerator,
    one_if(reviews.excluded_because IS NULL) AS denominator,
    coalesce(reviews.excluded_because, concat(reviews.participation_code, ' on ', reviews.review_date)) AS reason
FROM warehouse.fct_care_review AS reviews
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
WHERE sources.kpi_id = 'cla_review_participation'
