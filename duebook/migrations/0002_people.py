"""People: the SQL file beside this one; Django learns of the new columns it uses."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

import duebook.visibility.models

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0001_ledger")]

    operations = [
        migrations.RunSQL(
            SQL,
            state_operations=[
                migrations.AddField(
                    "organisationrecord", "invitation_days", models.BigIntegerField(default=30)
                ),
                migrations.AddField(
                    "organisationrecord", "second_factor", models.BooleanField(default=False)
                ),
                migrations.AddField(
                    "organisationrecord", "suspended", models.BooleanField(default=False)
                ),
                migrations.AddField(
                    "organisationrecord",
                    "aging_edges",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=duebook.visibility.models.edges
                    ),
                ),
                migrations.AddField("membership", "until", models.DateTimeField(null=True)),
            ],
        ),
    ]
