-- One row a source and child looked after, and the latest day on which the independent reviewing officer visited or
-- spoke to the child: no earlier one is held. A list of one month's end covers that month alone.
SELECT
    'ssd' AS source,
    '' AS only_month,
    authority_code,
    clae_person_id AS child_id,
    max(clae_cla_last_iro_contact_date) AS contact_date
FROM staging.ssd_cla_episodes
GROUP BY authority_code, clae_person_id
UNION ALL
SELECT
    'annex_a' AS source,
    reporting_month AS only_month,
    authority_code,
    child_id,
    max(last_iro_contact_date) AS contact_date
FROM core.listed_looked_after
GROUP BY authority_code, child_id, reporting_month
