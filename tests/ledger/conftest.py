"""How many random ledgers are tried: a few dozen, or many with HYPOTHESIS_PROFILE=thorough."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("few", deadline=None, max_examples=40, suppress_health_check=SLOW)
settings.register_profile("thorough", deadline=None, max_examples=1500, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))
