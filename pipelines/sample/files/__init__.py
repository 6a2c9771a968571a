"""The made-up records as files, and the faults planted in them."""
