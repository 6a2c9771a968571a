-- Explore Education Statistics takes no blank figure: what is not shown, or was rounded to 0, is its symbol.
CREATE OR REPLACE MACRO ees_symbol(symbol) AS CASE WHEN symbol IN ('c', 'z', 'low') THEN symbol ELSE 'x' END;

CREATE OR REPLACE MACRO ees_count(figure, symbol) AS
    CASE WHEN figure IS NULL OR symbol = 'low' THEN ees_symbol(symbol) ELSE cast(cast(figure AS BIGINT) AS VARCHAR) END;

CREATE OR REPLACE MACRO ees_shown(figure, symbol) AS
    CASE
        WHEN figure IS NULL OR symbol = 'low' THEN ees_symbol(symbol)
        ELSE cast(cast(figure AS DECIMAL(18, 1)) AS VARCHAR)
    END;

CREATE OR REPLACE MACRO month_named(month) AS strftime(strptime(concat(month, '-01'), '%Y-%m-%d'), '%B');
