from django.apps import AppConfig


class DuebookConfig(AppConfig):
    name = "duebook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from duebook.web.account import trail  # noqa: F401  # receives what happens to accounts
