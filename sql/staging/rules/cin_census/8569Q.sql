WITH days AS (
    SELECT max(each_day.working_day) AS last_day_before
    FROM rule_table.working_day AS each_day
    INNER JOIN rule_table.coverage ON each_day.working_day < coverage.first_day
)

SELECT referral.line
FROM rule_table.referral AS referral
CROSS JOIN days
WHERE referral.is_no_further_action AND referral.referral_date < days.last_day_before
