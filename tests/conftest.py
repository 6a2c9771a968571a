"""Being here puts this folder on the import path of every test: the helpers beside it are imported by name."""
