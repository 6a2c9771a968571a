"""Monthly safeguarding KPIs: landing, staging, warehouse, snapshots."""
