SELECT assessment.line
FROM usable.ssd_cin_assessments AS assessment
CROSS JOIN rule_table.delivery
WHERE
    assessment.cina_assessment_auth_date IS NULL
    AND assessment.cina_assessment_start_date < (
        SELECT days.working_day
        FROM rule_table.working_day AS days
        WHERE days.working_day <= delivery.month_end
        ORDER BY days.working_day DESC
        OFFSET 45 LIMIT 1
    )
