-- When this fires, reference.bank_holidays needs its next years.
WITH calendar AS (
    SELECT calendar_date
    FROM warehouse.dim_calendar
    WHERE calendar_date = $as_of
)

SELECT days.found
FROM (SELECT count(*) AS found FROM calendar) AS days
WHERE days.found = 0
