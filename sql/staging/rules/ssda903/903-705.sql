WITH in_order AS (
    SELECT
        line,
        dolo_start,
        lag(line) OVER in_order AS previous_line,
        lag(dolo_end) OVER in_order AS previous_end
    FROM usable.ssda903_dolo
    WHERE dolo_start IS NOT NULL
    WINDOW in_order AS (PARTITION BY child ORDER BY dolo_start ASC, dolo_end ASC NULLS LAST, line ASC)
)

SELECT in_order.line
FROM in_order
WHERE in_order.previous_line IS NOT NULL AND coalesce(in_order.previous_end > in_order.dolo_start, true)
