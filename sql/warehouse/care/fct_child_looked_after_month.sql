-- One row a child and month end at which a care episode of the child is open, in the source from which the month's
-- children looked after are counted.
-- grain: authority_code, child_id, reporting_month
SELECT
    looked_after.authority_code,
    looked_after.child_id,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.month_end,
    looked_after.legal_status,
    looked_after.is_undecided,
    looked_after.excluded_because
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_looked_after_source USING (authority_code, reporting_month, source)
