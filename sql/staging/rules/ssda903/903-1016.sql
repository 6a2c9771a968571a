WITH birthdays AS (
    SELECT
        leavers.line,
        leavers.child,
        cast(leavers.dob + to_years(ages.age) AS DATE) AS birthday
    FROM usable.ssda903_oc3 AS leavers
    CROSS JOIN (VALUES (17), (18)) AS ages (age)
)

SELECT birthdays.line
FROM birthdays
INNER JOIN rule_table.care_episode AS episode ON birthdays.child = episode.child
INNER JOIN rule_table.year_of_child AS care ON birthdays.child = care.child
CROSS JOIN rule_table.delivery
WHERE
    birthdays.birthday BETWEEN delivery.year_start AND delivery.year_end
    AND birthdays.birthday >= episode.decom
    AND birthdays.birthday < end_date_or_open(episode.dec)
    AND care.left_on > birthdays.birthday
GROUP BY birthdays.line
