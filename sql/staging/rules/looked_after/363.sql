-- Episodes with the same legal status that follow each other are one stretch of it.
WITH marked AS (
    SELECT
        episodes.line,
        episodes.child,
        episodes.decom,
        coalesce(episodes.dec, delivery.month_end) AS until_date,
        count(*) FILTER (
            WHERE episodes.previous_ls IS DISTINCT FROM episodes.ls OR episodes.previous_dec <> episodes.decom
        )
            OVER (
                PARTITION BY episodes.child ORDER BY episodes.decom ASC, episodes.dec ASC NULLS LAST, episodes.line ASC
            )
            AS stretch
    FROM rule_table.care_episode AS episodes
    CROSS JOIN rule_table.delivery
    WHERE episodes.ls = 'L3' AND episodes.decom IS NOT NULL
)

SELECT marked.line
FROM marked
QUALIFY
    marked.until_date - min(marked.decom) OVER (PARTITION BY marked.child, marked.stretch) > 7
