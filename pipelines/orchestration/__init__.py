"""Airflow and the pipeline meet here and in ``dags/``, nowhere else."""
