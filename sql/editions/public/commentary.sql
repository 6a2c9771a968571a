-- Only what the council's own list says is for everybody.
SELECT
    words.authority_code,
    words.reporting_month,
    words.position,
    words.kind,
    words.subject,
    words.words,
    words.owner,
    words.due_date
FROM exact.snapshots.commentary AS words
INNER JOIN reference.commentary AS listed
    ON
        words.authority_code = listed.authority_code
        AND words.reporting_month = listed.reporting_month
        AND words.position = listed.position
        AND listed.is_public
