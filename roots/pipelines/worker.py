"""A worker process of the direct runner: Beam's own harness, without its chatter on standard error."""
from __future__ import annotations

import logging
import os
import sys


def main() -> None:
    """Started by the runner with Beam's environment variables; serves until the pipeline is done."""
    logging.disable(logging.WARNING)
    os.environ["RAYON_NUM_THREADS"] = "1"  # a worker is one core
    from apache_beam.runners.worker import sdk_worker_main
    sdk_worker_main.main(sys.argv)


if __name__ == "__main__":
    main()
