-- A figure of the public edition, and the symbol beside it: c where it is hidden, z where there is none to show.
CREATE OR REPLACE MACRO if_shown(figure, is_shown) AS CASE WHEN is_shown THEN figure END;

CREATE OR REPLACE MACRO symbol(figure, is_shown) AS
    CASE
        WHEN NOT coalesce(is_shown, false) THEN 'c'
        WHEN figure IS NULL THEN 'z'
    END;

-- A share of fewer than ten is of low reliability, and said to be beside the figure.
CREATE OR REPLACE MACRO share_symbol(figure, denominator, is_shown) AS
    CASE WHEN is_shown AND figure IS NOT NULL AND denominator < 10 THEN 'u' ELSE symbol(figure, is_shown) END;

CREATE OR REPLACE MACRO month_number(reporting_month) AS
    12 * cast(left(reporting_month, 4) AS INTEGER) + cast(right(reporting_month, 2) AS INTEGER);
