"""Is it good text, in which language, and seen before? Measures, limits, languages, duplicates: pure functions on batches."""
