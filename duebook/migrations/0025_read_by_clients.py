"""What clients' pages read of documents: the SQL file beside this one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0024_raised_for")]

    operations = [migrations.RunSQL(SQL)]
