-- Who answered in region and nation was counted, and published, by others.
SELECT
    authority_code,
    reporting_month,
    standard_id,
    geography,
    score,
    CASE
        WHEN geography = 'council'
            THEN cast(
                rounded_by_key(
                    respondents,
                    cell_key(record_hash(record_or_month(NULL, authority_code, reporting_month))),
                    limit_of('base')
                ) AS BIGINT
            )
        ELSE respondents
    END AS respondents,
    questions,
    basis,
    is_reverse,
    margin
FROM exact.warehouse.fct_survey_score
