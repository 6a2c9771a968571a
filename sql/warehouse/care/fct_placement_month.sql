-- One row a source, child looked after at a month's end, and the placement then: of several the one that started last,
-- then by type. placements_in_year: those of the twelve months to the month's end, the one open at their start among
-- them. Temporary ones (T0 to T4), those under short breaks, and a placement for adoption with the foster carers of the
-- one before (A3, A5) are none of their own. same_carer_since: of a placement for adoption the start of the one before.
-- care_start_date: of the period of care.
-- grain: source, authority_code, child_id, reporting_month
WITH children AS (
    SELECT
        looked_after.source,
        looked_after.only_month,
        looked_after.authority_code,
        looked_after.child_id,
        looked_after.team_code,
        looked_after.reporting_month,
        looked_after.month_end,
        looked_after.birth_date,
        months.year_before
    FROM warehouse.looked_after_month AS looked_after
    INNER JOIN warehouse.dim_covered_month AS months USING (authority_code, reporting_month)
    WHERE looked_after.excluded_because IS NULL
),

in_order AS (
    SELECT
        *,
        lag(start_date) OVER later_than AS start_before,
        lag(end_date_or_open(end_date)) OVER later_than AS end_before
    FROM core.sourced_placement
    WINDOW
        later_than AS (
            PARTITION BY source, only_month, authority_code, child_id
            ORDER BY start_date ASC, placement_type ASC, end_date ASC NULLS LAST
        )
),

placements AS (
    SELECT
        in_order.source,
        in_order.only_month,
        in_order.authority_code,
        in_order.child_id,
        in_order.placement_id,
        in_order.placement_type,
        in_order.placement_provider,
        in_order.distance,
        in_order.location,
        in_order.start_date,
        end_date_or_open(in_order.end_date) AS end_date,
        CASE
            WHEN in_order.placement_type IN ('A3', 'A4', 'A5', 'A6') AND in_order.end_before >= in_order.start_date
                THEN in_order.start_before
            ELSE in_order.start_date
        END AS same_carer_since,
        coalesce(in_order.placement_type, '') NOT IN ('T0', 'T1', 'T2', 'T3', 'T4')
        AND NOT (
            coalesce(in_order.placement_type, '') IN ('A3', 'A5')
            AND coalesce(in_order.end_before >= in_order.start_date, false)
        )
        AND NOT coalesce(statuses.is_short_break, false) AS counts_as_placement
    FROM in_order
    LEFT JOIN core.sourced_legal_status AS statuses
        ON
            in_order.source = statuses.source
            AND in_order.only_month = statuses.only_month
            AND in_order.authority_code = statuses.authority_code
            AND in_order.child_id = statuses.child_id
            AND in_order.start_date >= statuses.from_date
            AND in_order.start_date < statuses.until_date
),

of_year AS (
    SELECT
        children.source,
        children.authority_code,
        children.child_id,
        children.reporting_month,
        count(*) AS placements_in_year
    FROM children
    INNER JOIN placements
        ON
            children.source = placements.source
            AND children.only_month = placements.only_month
            AND children.authority_code = placements.authority_code
            AND children.child_id = placements.child_id
            AND children.month_end >= placements.start_date
            AND children.year_before < placements.end_date
    WHERE placements.counts_as_placement
    GROUP BY children.source, children.authority_code, children.child_id, children.reporting_month
),

listed AS (
    SELECT
        authority_code,
        child_id,
        reporting_month,
        max(placements_in_year) AS placements_in_year
    FROM core.listed_looked_after
    WHERE end_date IS NULL
    GROUP BY authority_code, child_id, reporting_month
),

open_placements AS (
    SELECT
        children.*,
        placements.placement_id,
        placements.placement_type,
        placements.placement_provider,
        placements.distance,
        placements.location,
        placements.same_carer_since
    FROM children
    LEFT JOIN placements
        ON
            children.source = placements.source
            AND children.only_month = placements.only_month
            AND children.authority_code = placements.authority_code
            AND children.child_id = placements.child_id
            AND children.month_end >= placements.start_date
            AND children.month_end < placements.end_date
    QUALIFY row_number() OVER (
        PARTITION BY children.source, children.authority_code, children.child_id, children.reporting_month
        ORDER BY placements.start_date DESC, placements.placement_type ASC, placements.placement_id ASC
    ) = 1
)

SELECT
    open_placements.source,
    open_placements.authority_code,
    open_placements.child_id,
    open_placements.team_code,
    open_placements.reporting_month,
    open_placements.month_end,
    open_placements.year_before,
    open_placements.birth_date,
    periods.start_date AS care_start_date,
    open_placements.placement_id,
    open_placements.placement_type,
    open_placements.placement_provider,
    open_placements.distance,
    open_placements.location,
    open_placements.same_carer_since,
    coalesce(
        birthday(open_placements.birth_date, 16) > open_placements.month_end
        AND cast(periods.start_date + INTERVAL 30 MONTH AS DATE) <= open_placements.month_end,
        false
    ) AS is_long_looked_after,
    coalesce(cast(open_placements.same_carer_since + INTERVAL 2 YEAR AS DATE) <= open_placements.month_end, false)
        AS is_stable,
    CASE
        WHEN open_placements.source = 'annex_a' THEN listed.placements_in_year
        ELSE coalesce(of_year.placements_in_year, 0)
    END AS placements_in_year
FROM open_placements
LEFT JOIN of_year USING (source, authority_code, child_id, reporting_month)
LEFT JOIN listed USING (authority_code, child_id, reporting_month)
LEFT JOIN core.sourced_care_period AS periods
    ON
        open_placements.source = periods.source
        AND open_placements.only_month = periods.only_month
        AND open_placements.authority_code = periods.authority_code
        AND open_placements.child_id = periods.child_id
        AND open_placements.month_end >= periods.start_date
        AND open_placements.month_end < end_date_or_open(periods.end_date)
