"""An index of accounts by their owners: the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0028_outcomes")]

    operations = [migrations.RunSQL(SQL)]
