-- One row an event on which two sources of an authority disagree: the record that the finding is of, and the one beside
-- it, if there is one. The first is the preferred source's, unless that has none.
-- grain: authority_code, source, table_name, rule_code, line, other_source
WITH disagreements AS (
    SELECT
        events.authority_code,
        events.subject,
        CASE WHEN rules.is_of_preferred THEN events.preferred_source ELSE events.other_source END AS source,
        CASE WHEN rules.is_of_preferred THEN events.other_source ELSE events.preferred_source END AS other_source,
        rules.rule_code,
        rules.is_of_second_date,
        events.child_id,
        CASE WHEN rules.is_of_preferred THEN events.preferred_key ELSE events.other_key END AS record_key,
        CASE WHEN rules.is_of_preferred THEN events.preferred_line ELSE events.other_line END AS line,
        CASE WHEN rules.is_of_preferred THEN events.other_key ELSE events.preferred_key END AS other_key,
        CASE WHEN rules.is_of_preferred THEN events.other_line ELSE events.preferred_line END AS other_line
    FROM warehouse.fct_event_match AS events
    INNER JOIN reference.agreement_rule AS rules ON events.agreement = rules.agreement
),

places AS (
    SELECT
        tables.authority_code,
        places.subject,
        places.source,
        places.table_name,
        places.first_date_column,
        places.second_date_column,
        tables.last_month AS delivery_month
    FROM reference.event_source AS places
    INNER JOIN staging.delivered_table AS tables
        ON places.source = tables.source AND places.table_name = tables.table_name
)

SELECT
    disagreements.authority_code,
    disagreements.subject,
    disagreements.source,
    places.delivery_month,
    places.table_name,
    CASE
        WHEN disagreements.is_of_second_date THEN places.second_date_column ELSE places.first_date_column
    END AS column_name,
    disagreements.rule_code,
    disagreements.line,
    disagreements.record_key,
    disagreements.child_id,
    disagreements.other_source,
    other_places.delivery_month AS other_delivery_month,
    other_places.table_name AS other_table_name,
    disagreements.other_line,
    disagreements.other_key
FROM disagreements
INNER JOIN places USING (authority_code, subject, source)
INNER JOIN places AS other_places
    ON
        disagreements.authority_code = other_places.authority_code
        AND disagreements.subject = other_places.subject
        AND disagreements.other_source = other_places.source
