"""Rows of the customers list by account type: the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0030_pieces")]

    operations = [migrations.RunSQL(SQL)]
