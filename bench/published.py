"""What other systems took for the same aging on the same ledgers, as published with the generator.

Measured at another time: orders of magnitude. Seconds, median, in-process.
"""

from __future__ import annotations

from datetime import date

from bench.ledgers import PAST, TODAY

SECONDS: dict[str, dict[date, dict[str, float]]] = {
    "ERPNext 15, Accounts Receivable Summary": {
        TODAY: {"S": 0.99, "M": 10.1, "L": 313},
        PAST: {"S": 0.81, "M": 7.6, "L": 144},
    },
    "Odoo 16 + OCA aged partner balance, data only": {
        TODAY: {"S": 0.09, "M": 0.73, "L": 7.4},
        PAST: {"S": 1.04, "M": 11.0, "L": 114},
    },
    "Tryton 7.0 aged balance": {
        TODAY: {"S": 0.05, "M": 0.86, "L": 16.6},
        PAST: {"S": 0.06, "M": 0.82, "L": 16.1},
    },
}
