"""Twelve months of each account: the SQL file beside this one; no model concerns it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0018_sorted")]

    operations = [migrations.RunSQL(SQL)]
