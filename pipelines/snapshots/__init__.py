"""The warehouse becomes published, immutable versions."""
