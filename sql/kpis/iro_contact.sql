SELECT
    looked_after.authority_code,
    looked_after.team_code,
    looked_after.reporting_month,
    looked_after.child_id,
    looked_after.child_id AS record_key,
    one_or_zero(
        CASE
            WHEN looked_after.excluded_because IS NULL
                THEN coalesce(cast(contacts.contact_date + INTERVAL 6 MONTH AS DATE) >= looked_after.month_end, false)
        END
    ) AS numerator,
    one_if(looked_after.excluded_because IS NULL) AS denominator,
    coalesce(looked_after.excluded_because, 'latest contact ' || contacts.contact_date, 'no contact recorded') AS reason
FROM warehouse.looked_after_month AS looked_after
INNER JOIN warehouse.dim_kpi_source AS sources USING (authority_code, reporting_month, source)
LEFT JOIN core.reviewing_officer_contact AS contacts
    ON
        looked_after.source = contacts.source
        AND looked_after.only_month = contacts.only_month
        AND looked_after.authority_code = contacts.authority_code
        AND looked_after.child_id = contacts.child_id
WHERE sources.kpi_id = 'iro_contact'
