"""The lives of the made-up council's children and workers."""
