SELECT enquiry.line
FROM rule_table.s47_without_conference AS enquiry
CROSS JOIN rule_table.delivery
WHERE
    enquiry.s47e_s47_start_date < (
        SELECT days.working_day
        FROM rule_table.working_day AS days
        WHERE days.working_day <= delivery.month_end
        ORDER BY days.working_day DESC
        OFFSET 15 LIMIT 1
    )
    AND NOT EXISTS (
        SELECT 1
        FROM usable.ssd_initial_cp_conference AS conferences
        WHERE
            enquiry.s47e_person_id = conferences.icpc_person_id
            AND enquiry.s47e_s47_start_date <= conferences.icpc_icpc_date
    )
    AND NOT EXISTS (
        SELECT 1
        FROM usable.ssd_person AS people
        WHERE
            enquiry.s47e_person_id = people.pers_person_id
            AND (
                people.pers_death_date <= delivery.month_end
                OR people.pers_dob <= delivery.month_end - INTERVAL 18 YEAR
            )
    )
