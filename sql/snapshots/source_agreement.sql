SELECT
    agreement.authority_code,
    agreement.subject,
    agreement.reporting_month,
    agreement.preferred_source,
    agreement.other_source,
    agreement.alike,
    agreement.another_second_date,
    agreement.another_first_date,
    agreement.only_in_preferred,
    agreement.only_in_other
FROM warehouse.fct_source_agreement AS agreement
