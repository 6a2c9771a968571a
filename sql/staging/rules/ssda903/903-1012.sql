WITH others AS (
    SELECT reviews.child FROM usable.ssda903_reviews AS reviews
    UNION
    SELECT ad1.child FROM usable.ssda903_ad1 AS ad1
    UNION
    SELECT oc2.child FROM usable.ssda903_oc2 AS oc2
    UNION
    SELECT placed_adoption.child FROM usable.ssda903_placed_adoption AS placed_adoption
    UNION
    SELECT prev_perm.child FROM usable.ssda903_prev_perm AS prev_perm
    UNION
    SELECT missing.child FROM usable.ssda903_missing AS missing
)

SELECT leaver.line
FROM usable.ssda903_oc3 AS leaver
INNER JOIN others ON leaver.child = others.child
LEFT JOIN rule_table.year_of_child AS care ON leaver.child = care.child
WHERE care.is_in_care IS NOT TRUE
GROUP BY leaver.line
