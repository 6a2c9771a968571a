-- Explore Education Statistics takes no blank figure: what is not shown is its symbol. A figure of low reliability is
-- shown as it is, since u is not among the symbols taken there.
CREATE OR REPLACE MACRO ees_symbol(symbol) AS CASE WHEN symbol IN ('c', 'z', 'low') THEN symbol ELSE 'x' END;

CREATE OR REPLACE MACRO ees_count(figure, symbol) AS coalesce(
    regexp_replace(regexp_replace(cast(cast(figure AS DECIMAL(18, 2)) AS VARCHAR), '[.]00$', ''), '([.][0-9])0$', '\1'),
    ees_symbol(symbol)
);

CREATE OR REPLACE MACRO ees_shown(figure, symbol) AS coalesce(
    cast(cast(figure AS DECIMAL(18, 1)) AS VARCHAR), ees_symbol(symbol)
);

CREATE OR REPLACE MACRO month_named(month) AS strftime(strptime(concat(month, '-01'), '%Y-%m-%d'), '%B');
