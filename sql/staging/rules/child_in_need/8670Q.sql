SELECT assessment.line
FROM rule_table.assessment AS assessment
CROSS JOIN rule_table.delivery
WHERE
    assessment.authorisation_date IS NULL
    AND assessment.start_date < (
        SELECT days.working_day
        FROM rule_table.working_day AS days
        WHERE days.working_day <= delivery.month_end
        ORDER BY days.working_day DESC
        OFFSET 45 LIMIT 1
    )
