-- One row a social worker's post and month for which it counts: as held or vacant at the month's end, as left in the
-- twelve months before it, or both. One whose first day is not known was always there; one that ends before it starts
-- counts for none.
-- grain: authority_code, delivery_month, line, post_status, reporting_month
WITH months AS (
    SELECT
        covered.authority_code,
        covered.reporting_month,
        covered.month_end,
        covered.year_before,
        listed_months.reporting_month AS listed_month,
        coalesce(listed_months.source, 'local') AS source
    FROM warehouse.dim_covered_month AS covered
    LEFT JOIN warehouse.month_end_list_month AS listed_months
        ON
            covered.authority_code = listed_months.authority_code
            AND covered.reporting_month = listed_months.reporting_month
            AND listed_months.subject = 'post'
)

SELECT
    posts.authority_code,
    posts.line,
    posts.post_id,
    posts.team_code,
    posts.post_status,
    posts.full_time_equivalent,
    months.reporting_month,
    months.month_end,
    posts.delivery_month,
    posts.sickness_days,
    end_date_or_open(posts.to_date) > months.month_end AS is_in_force,
    coalesce(posts.from_date > months.year_before, false) AS is_starter,
    coalesce(posts.has_left_the_authority AND posts.to_date <= months.month_end, false) AS is_leaver,
    -- The February of the twelve months is last year's in January alone.
    day(last_day(make_date(year(months.month_end - INTERVAL 31 DAY), 2, 1))) = 29 AS holds_29_february
FROM core.post AS posts
INNER JOIN months
    ON
        posts.authority_code = months.authority_code
        AND posts.source = months.source
        AND coalesce(posts.only_month, '') = coalesce(months.listed_month, '')
        AND coalesce(posts.from_date, DATE '0001-01-01') <= months.month_end
        AND end_date_or_open(posts.to_date) > months.year_before
WHERE coalesce(posts.from_date <= posts.to_date, true)
