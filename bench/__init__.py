"""`python -m bench`: how fast it is and that it adds up, beside other systems, in one run."""
