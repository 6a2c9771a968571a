# The project and its Airflow, for docker-compose.yml. The code belongs to root; what runs it cannot change it.

# What is in the image, for whoever looks for known faults in it: /app/sbom.cdx.json. Made as by `make sbom`.
FROM python:3.11.14-slim-bookworm AS sbom
WORKDIR /sbom
COPY requirements-dev.lock requirements-team.lock pyproject.toml ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements-dev.lock \
    && cyclonedx-py requirements requirements-team.lock --pyproject pyproject.toml --output-reproducible -o sbom.cdx.json

FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements-team.lock ./
RUN pip install --require-hashes -r requirements-team.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY pipelines pipelines
COPY dags dags
COPY sql sql
COPY expectations expectations
RUN pip install --no-deps --no-build-isolation --editable .
COPY --from=sbom /sbom/sbom.cdx.json ./

# A new volume takes its owner from the folder it is mounted on.
RUN useradd --uid 10001 --create-home airflow \
    && mkdir -p /airflow /data/landing /data/snapshots /data/reports \
    && chown -R airflow:airflow /airflow /data
USER airflow

ENTRYPOINT ["python", "-m", "pipelines.orchestration.airflow_home"]
CMD ["version"]
