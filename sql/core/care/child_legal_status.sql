-- One row a looked-after child and stretch of time (until is not in it) with one legal status, or none, as the Standard
-- Safeguarding Dataset holds it.
SELECT
    authority_code,
    child_id,
    legal_status,
    is_short_break,
    from_date,
    until_date
FROM core.sourced_legal_status
WHERE source = 'ssd'
