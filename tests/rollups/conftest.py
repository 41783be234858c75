"""As many random ledgers as the ledger's own tests try."""

import tests.ledger.conftest  # noqa: F401  (loads the profile)
