"""Being here puts the project on the import path, however pytest is started: helpers are imported as ``tests.name``."""

import os

from hypothesis import settings

# HYPOTHESIS_PROFILE=long, or --hypothesis-profile=long: as many examples as one has time for, others each time.
settings.register_profile("long", max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "1000")), deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
