"""What `make bench` runs. Speed is measured here, as ratios in one run, not in timed tests."""

import os

# As the command does it, before numpy is imported: else the time that other cores spin away is counted too.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
