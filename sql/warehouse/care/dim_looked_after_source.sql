-- One row an authority and month: the source from which children looked after are counted. It is the first,
-- in the order of preference, all of whose tables cover the month, so that no child counts in two of them.
-- grain: authority_code, reporting_month
SELECT
    authority_code,
    reporting_month,
    month_end,
    arg_min(source, preference) AS source
FROM warehouse.looked_after_source_month
GROUP BY authority_code, reporting_month, month_end
