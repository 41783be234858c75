"""What of the database's catalogue is ours."""

from __future__ import annotations

from tests.isolation import law

OURS = "('ar'::regnamespace, 'door'::regnamespace, 'guard'::regnamespace, 'rollup'::regnamespace)"


OF_AN_ORG = f"""
    c.relnamespace = 'ar'::regnamespace AND c.relkind IN ('r', 'p')
    AND c.relname <> ALL ('{{{",".join(law.REFERENCE)}}}')"""
