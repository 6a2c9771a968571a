-- One row a section 47 enquiry and month end by which it had run past the days in which a conference is due, whether or
-- not it was closed by then: nothing says that none is needed, it had led to none, and the child, who is alive and
-- under 18, had had none since it began.
-- grain: authority_code, enquiry_id, reporting_month
WITH overdue AS (
    SELECT
        enquiries.*,
        months.reporting_month,
        months.month_end,
        months.month_end_number - enquiries.start_number AS working_days
    FROM warehouse.fct_enquiry_due AS enquiries
    INNER JOIN warehouse.dim_covered_month AS months
        ON
            enquiries.authority_code = months.authority_code
            AND enquiries.in_time_until < months.month_end
            AND end_date_or_open(enquiries.conference_date) > months.month_end
            AND end_date_or_open(enquiries.childhood_end) > months.month_end
)

SELECT
    overdue.authority_code,
    overdue.enquiry_id,
    overdue.child_id,
    coalesce(overdue.team_code, child_teams.team_code, 'unallocated') AS team_code,
    overdue.reporting_month,
    overdue.working_days
FROM overdue
ASOF LEFT JOIN core.child_team AS child_teams
    ON
        overdue.authority_code = child_teams.authority_code
        AND overdue.child_id = child_teams.child_id
        AND overdue.month_end >= child_teams.from_date
