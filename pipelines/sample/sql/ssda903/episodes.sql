-- One row an episode that was open in the collection year.
SELECT
    episodes.child_id AS child,
    episodes.start_date AS decom,
    episodes.start_reason AS rne,
    episodes.legal_status AS ls,
    episodes.category_of_need AS cin,
    episodes.placement_type AS place,
    episodes.placement_provider AS place_provider,
    episodes.end_date AS dec,
    episodes.end_reason AS rec,
    episodes.reason_place_change,
    episodes.placement_postcode AS pl_post,
    episodes.placement_urn AS urn
FROM council.care_episode AS episodes
CROSS JOIN council.month AS months
WHERE coalesce(episodes.end_date, months.month_end) >= months.year_from
