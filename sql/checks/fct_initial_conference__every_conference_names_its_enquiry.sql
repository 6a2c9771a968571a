-- consequence: warn
-- A conference that names no enquiry is counted with the only one that could have led to it, and left out without one.
SELECT
    authority_code,
    concat(
        'of ',
        count(*),
        ' initial conferences of ',
        reporting_month,
        ' ',
        count(*) FILTER (WHERE is_enquiry_inferred),
        ' name no enquiry and count with the only one of the child that could have led to them, and ',
        count(*) FILTER (WHERE excluded_because = 'no section 47 start date'),
        ' are left out of icpc_15wd because no start of an enquiry is known'
    ) AS detail
FROM warehouse.fct_initial_conference
WHERE reporting_month = strftime($as_of, '%Y-%m') AND coalesce(excluded_because, '') <> 'transfer in'
GROUP BY authority_code, reporting_month
HAVING bool_or(is_enquiry_inferred OR coalesce(excluded_because, '') = 'no section 47 start date')
