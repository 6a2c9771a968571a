SELECT enquiry.line
FROM rule_table.enquiry_without_conference AS enquiry
CROSS JOIN rule_table.delivery
WHERE
    enquiry.start_date < (
        SELECT days.working_day
        FROM rule_table.working_day AS days
        WHERE days.working_day <= delivery.month_end
        ORDER BY days.working_day DESC
        OFFSET 15 LIMIT 1
    )
    AND NOT EXISTS (
        SELECT 1
        FROM rule_table.conference AS conferences
        WHERE enquiry.child = conferences.child AND enquiry.start_date <= conferences.conference_date
    )
    AND NOT EXISTS (
        SELECT 1
        FROM rule_table.child AS children
        WHERE
            enquiry.child = children.child
            AND (
                children.death_date <= delivery.month_end
                OR children.birth_date <= delivery.month_end - INTERVAL 18 YEAR
            )
    )
