"""`python -m roots` is `roots`."""
from roots.cli import main

if __name__ == "__main__":
    main()
