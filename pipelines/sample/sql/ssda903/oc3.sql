-- One row a care leaver of 17 to 21 at the end of the collection year, once it is over.
SELECT
    leavers.child_id AS child,
    leavers.date_of_birth AS dob,
    leavers.in_touch,
    CASE
        WHEN leavers.in_touch <> 'RHOM' THEN coalesce(leavers.activity, '0')
    END AS activ,
    CASE
        WHEN leavers.in_touch <> 'RHOM' THEN coalesce(concat(leavers.accommodation, leavers.suitable_code), '0')
    END AS accom
FROM council.care_leaver AS leavers
CROSS JOIN council.month AS months
WHERE months.month_end = months.year_to
