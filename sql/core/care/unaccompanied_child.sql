-- One row a child whom the SSDA903 lists as an unaccompanied asylum-seeking child of the year, and the day on which
-- that ceased. The status in the Standard Safeguarding Dataset is text that does not leave landing.
SELECT
    children.authority_code,
    coalesce(same.known_as, children.child) AS child_id,
    max(end_date_or_open(children.duc)) AS until_date
FROM staging.ssda903_uasc AS children
LEFT JOIN core.same_child AS same
    ON children.authority_code = same.authority_code AND children.child = same.child_id
GROUP BY children.authority_code, coalesce(same.known_as, children.child)
