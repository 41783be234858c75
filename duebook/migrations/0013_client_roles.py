"""What contacts of a customer may do: the SQL file beside this one."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("duebook", "0012_saved_views")]

    operations = [
        migrations.RunSQL(
            SQL,
            state_operations=[
                migrations.AddField("clientlink", "may_dispute", models.BooleanField(default=True)),
            ],
        ),
    ]
