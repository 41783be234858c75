"""The duebook command, a file per job. `cli.py` says which there are."""
