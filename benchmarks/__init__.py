"""What `make bench` runs. Speed is measured here, as ratios in one run, not in timed tests."""
