"""Side-by-side measurements; each `bench_<name>.py` is a command: `python3 run.py bench <name>`."""
