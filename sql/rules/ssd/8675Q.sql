SELECT enquiry.line
FROM rule_table.s47_without_conference AS enquiry
CROSS JOIN rule_table.delivery
WHERE enquiry.s47e_s47_start_date < (
    SELECT days.working_day
    FROM rule_table.working_day AS days
    WHERE days.working_day <= delivery.month_end
    ORDER BY days.working_day DESC
    OFFSET 15 LIMIT 1
)
