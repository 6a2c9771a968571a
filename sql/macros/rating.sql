-- A figure, rounded as it is shown, against a target: the edges of green and amber belong to them.
CREATE OR REPLACE MACRO rating(direction, shown, green_from, amber_from) AS
    CASE
        WHEN green_from IS NULL THEN 'no target'
        WHEN shown IS NULL THEN 'not rated'
        WHEN direction = 'lower_is_better' AND shown <= green_from THEN 'green'
        WHEN direction = 'lower_is_better' AND shown <= amber_from THEN 'amber'
        WHEN direction = 'higher_is_better' AND shown >= green_from THEN 'green'
        WHEN direction = 'higher_is_better' AND shown >= amber_from THEN 'amber'
        ELSE 'red'
    END;

-- Does what a report says of a figure (red, amber, green, or not_red) contradict its rating?
CREATE OR REPLACE MACRO contradicts(claims, rag) AS
    CASE claims WHEN 'not_red' THEN rag = 'red' ELSE rag IN ('green', 'amber', 'red') AND claims <> rag END;
