"""Being here puts the project on the import path, however pytest is started: helpers are imported as ``tests.name``."""
