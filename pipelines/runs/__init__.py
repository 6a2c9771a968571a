"""Stages put together: each with its pages, and a published version made again."""
