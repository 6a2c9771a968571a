"""Being here puts the project on the import path, however pytest is started: helpers are imported as ``tests.name``.

Examples are few and always the same; ``HYPOTHESIS_PROFILE=long`` looks at ``HYPOTHESIS_EXAMPLES`` others each time
(``make fuzz``).
"""

import os

from hypothesis import settings

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
LONG = int(os.environ.get("HYPOTHESIS_EXAMPLES", "200"))

settings.register_profile("short", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=LONG, print_blob=True)
settings.load_profile("long" if IS_LONG else "short")
