-- One row a child protection plan whose first review falls due after the initial conference that is linked to it: by
-- the id that either names. A conference so far from the start of the plan that one of the two would be over before
-- the other begins is not the plan's, whatever the id says; a transfer-in begins a clock of its own.
-- grain: authority_code, plan_id
WITH linked AS (
    SELECT
        plans.authority_code,
        plans.plan_id,
        plans.start_date,
        conferences.conference_date
    FROM core.cp_plan AS plans
    INNER JOIN core.initial_conference AS conferences USING (authority_code, child_id, plan_id)
    WHERE NOT conferences.is_transfer_in
    UNION
    SELECT
        plans.authority_code,
        plans.plan_id,
        plans.start_date,
        conferences.conference_date
    FROM core.cp_plan AS plans
    INNER JOIN core.initial_conference AS conferences USING (authority_code, child_id, conference_id)
    WHERE NOT conferences.is_transfer_in
)

SELECT
    linked.authority_code,
    linked.plan_id,
    min(linked.conference_date) AS clock_date
FROM linked
INNER JOIN warehouse.dim_timescale AS timescales
    ON
        linked.authority_code = timescales.authority_code
        AND timescales.timescale_id = 'cp_review_first'
        AND linked.start_date >= timescales.from_date
        AND linked.start_date < timescales.until_date
INNER JOIN warehouse.dim_due_date AS from_start
    ON
        linked.start_date = from_start.start_date
        AND timescales.length = from_start.length
        AND timescales.unit = from_start.unit
        AND linked.conference_date <= from_start.due_date
INNER JOIN warehouse.dim_due_date AS from_conference
    ON
        linked.conference_date = from_conference.start_date
        AND timescales.length = from_conference.length
        AND timescales.unit = from_conference.unit
        AND linked.start_date < from_conference.due_date
WHERE linked.conference_date <= $as_of
GROUP BY linked.authority_code, linked.plan_id
