"""Every table, made by the SQL file beside this one; Django learns of the models it uses."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.RunSQL(
            SQL,
            state_operations=[
                migrations.CreateModel(
                    name="Login",
                    fields=[
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("email", models.TextField(unique=True)),
                        ("name", models.TextField(default="")),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={"db_table": "login"},
                ),
                migrations.CreateModel(
                    name="ClientLink",
                    fields=[
                        ("org_id", models.BigIntegerField()),
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("person_id", models.BigIntegerField()),
                        ("customer_id", models.BigIntegerField()),
                    ],
                    options={"db_table": "client_link"},
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        ("org_id", models.BigIntegerField()),
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("person_id", models.BigIntegerField()),
                        ("role", models.TextField()),
                        ("active", models.BooleanField(default=True)),
                    ],
                    options={"db_table": "membership"},
                ),
                migrations.CreateModel(
                    name="OrganisationRecord",
                    fields=[
                        ("org_id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("slug", models.TextField(unique=True)),
                        ("name", models.TextField()),
                        ("currency", models.TextField()),
                        ("timezone", models.TextField(default="UTC")),
                        ("language", models.TextField(default="en")),
                        ("net_terms_days", models.IntegerField(default=30)),
                        ("aging_basis", models.TextField(default="due")),
                        ("member_scope", models.TextField(default="assigned")),
                        ("self_settling", models.BooleanField(default=False)),
                        ("today_fixed", models.DateField(null=True)),
                    ],
                    options={"db_table": "org"},
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        ("org_id", models.BigIntegerField()),
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("name", models.TextField()),
                        ("email", models.TextField()),
                    ],
                    options={"db_table": "person"},
                ),
            ],
        ),
    ]
