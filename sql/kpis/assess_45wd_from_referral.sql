SELECT
    authority_code,
    team_code,
    reporting_month,
    child_id,
    assessment_id AS record_key,
    one_if(
        working_days_from_referral >= 0
        AND authorised_date >= referral_date
        AND authorised_date >= coalesce(start_date, authorised_date)
        AND NOT is_of_adult
    ) AS denominator,
    one_or_zero(CASE WHEN denominator = 1 THEN is_in_time_from_referral END) AS numerator,
    CASE
        WHEN authorised_date < start_date THEN 'authorised before it started'
        WHEN authorised_date < referral_date THEN 'authorised before the referral'
        WHEN is_of_adult THEN 'of an adult'
        WHEN working_days_from_referral IS NULL THEN 'referral outside the calendar'
        ELSE concat(working_days_from_referral, ' working days from the referral')
    END AS reason
FROM warehouse.fct_assessment
WHERE reporting_month IS NOT NULL AND (referral_date IS NOT NULL OR is_referral_date_unread)
