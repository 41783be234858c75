from django.apps import AppConfig


class DuebookConfig(AppConfig):
    name = "duebook"
    default_auto_field = "django.db.models.BigAutoField"
