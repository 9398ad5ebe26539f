"""How does a recipe become a corpus? Beam pipelines over record batches, with Arrow files between them."""
