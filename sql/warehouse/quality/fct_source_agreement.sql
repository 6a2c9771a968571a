-- One row an authority, subject, month and two sources that both cover it: how many events they hold alike, and how
-- many they do not.
-- grain: authority_code, subject, reporting_month, preferred_source, other_source
WITH months AS (
    SELECT
        compared.authority_code,
        compared.subject,
        compared.preferred_source,
        compared.other_source,
        months.reporting_month
    FROM core.compared_source AS compared
    INNER JOIN warehouse.dim_month AS months ON months.month_end BETWEEN compared.first_day AND compared.last_day
),

events AS (
    SELECT
        authority_code,
        subject,
        preferred_source,
        other_source,
        reporting_month,
        count(*) FILTER (WHERE agreement = 'alike') AS alike,
        count(*) FILTER (WHERE agreement = 'another second date') AS another_second_date,
        count(*) FILTER (WHERE agreement = 'another first date') AS another_first_date,
        count(*) FILTER (WHERE agreement = 'only in the preferred source') AS only_in_preferred,
        count(*) FILTER (WHERE agreement = 'only in the other source') AS only_in_other
    FROM warehouse.fct_event_match
    GROUP BY authority_code, subject, preferred_source, other_source, reporting_month
)

SELECT
    months.authority_code,
    months.subject,
    months.reporting_month,
    months.preferred_source,
    months.other_source,
    coalesce(events.alike, 0) AS alike,
    coalesce(events.another_second_date, 0) AS another_second_date,
    coalesce(events.another_first_date, 0) AS another_first_date,
    coalesce(events.only_in_preferred, 0) AS only_in_preferred,
    coalesce(events.only_in_other, 0) AS only_in_other
FROM months
LEFT JOIN events USING (authority_code, subject, preferred_source, other_source, reporting_month)
