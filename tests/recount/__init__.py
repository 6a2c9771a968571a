"""Every KPI counted a second time: plain Python, a child at a time, from docs/conventions.md and the KPIs' own pages.

No SQL, no DuckDB and no module of ``pipelines``. What is given are an authority's tables as rows of values, by the
names of their columns, however they were read; what comes out is (numerator, denominator) by KPI, month and team.
"""
