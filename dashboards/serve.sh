#!/usr/bin/env bash
# Superset with its tables made or brought up to date, and one administrator, whose password is what the environment says.
set -euo pipefail
: "${SUPERSET_SECRET_KEY:?see .env.example}" "${SUPERSET_PASSWORD:?see .env.example}"
who=(--username "${SUPERSET_USER:-admin}" --password "$SUPERSET_PASSWORD")
superset db upgrade
superset fab create-admin "${who[@]}" --firstname Superset --lastname Administrator --email admin@localhost
superset fab reset-password "${who[@]}"
superset init
exec gunicorn --bind "${SUPERSET_BIND:-0.0.0.0:8088}" --workers 1 --threads 8 --timeout 120 "superset.app:create_app()"
