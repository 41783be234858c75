"""Reminders that sources tell of: the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0026_supply")]

    operations = [migrations.RunSQL(SQL)]
