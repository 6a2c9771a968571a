WITH breaks AS (
    SELECT
        episodes.line,
        episodes.child,
        episodes.decom,
        coalesce(episodes.dec, delivery.month_end) AS until_date
    FROM rule_table.care_episode AS episodes
    CROSS JOIN rule_table.delivery
    WHERE episodes.ls = 'V3'
)

SELECT latest.line
FROM breaks AS latest
INNER JOIN breaks AS each_break ON latest.child = each_break.child
WHERE
    each_break.decom < latest.until_date
    AND each_break.until_date > latest.until_date - INTERVAL 12 MONTH
GROUP BY latest.line
HAVING
    sum(
        least(each_break.until_date, latest.until_date)
        - greatest(each_break.decom, cast(latest.until_date - INTERVAL 12 MONTH AS DATE))
    ) > 75
