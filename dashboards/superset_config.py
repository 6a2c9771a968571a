"""Settings of Apache Superset over a snapshot; SUPERSET_CONFIG_PATH names this file. Secrets are in the environment."""

from __future__ import annotations

import copy
import os

from superset.config import TALISMAN_CONFIG as BY_DEFAULT

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_DATABASE_URI"]

# Each figure is asked of the snapshot anew, so that nobody is shown one of a version that is no longer current.
CACHE_CONFIG = DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# Nothing is asked of anybody else: by default each page asks a counter of visitors for a picture.
TALISMAN_CONFIG = copy.deepcopy(BY_DEFAULT)
TALISMAN_CONFIG["content_security_policy"] |= {
    "img-src": ["'self'", "blob:", "data:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
# TLS is the proxy's.
TALISMAN_CONFIG["session_cookie_secure"] = os.environ.get("SUPERSET_URL", "").startswith("https://")
ENABLE_PROXY_FIX = True

# One server: what it counts need not be shared.
RATELIMIT_STORAGE_URI = "memory://"
