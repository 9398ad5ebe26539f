"""A governed catalogue of sources in, a training corpus out, and an answer for every document."""
__version__ = "0.1.0"
