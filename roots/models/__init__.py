"""Which models does the pipeline ship, and how were they made? Training and evaluation, offline, from a folder of text."""
