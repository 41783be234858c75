"""Shipments and stock, when sources tell of them: the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0025_read_by_clients")]

    operations = [migrations.RunSQL(SQL)]
