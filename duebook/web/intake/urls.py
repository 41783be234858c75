from django.urls import path

from duebook.web.intake import (
    history_page,
    intake_page,
    mapping_page,
    mappings_page,
    upload_page,
)

urlpatterns = [
    path("", upload_page.imports, name="imports"),
    path("<int:intake>/", intake_page.intake, name="intake"),
    path("<int:intake>/progress/", intake_page.progress, name="intake_progress"),
    path("<int:intake>/mapping/", mapping_page.mapping, name="intake_mapping"),
    path("<int:intake>/mapping/preview/", mapping_page.preview, name="intake_preview"),
    path("<int:intake>/commit/", intake_page.commit, name="intake_commit"),
    path("<int:intake>/cancel/", intake_page.cancel, name="intake_cancel"),
    path("<int:intake>/resume/", intake_page.resume, name="intake_resume"),
    path("<int:intake>/invalid/<int:table>/", intake_page.invalid, name="intake_invalid"),
    path("history/", history_page.history, name="import_history"),
    path("history/<int:run>/", history_page.batch, name="import_run"),
    path("history/<int:run>/undo/", history_page.undo, name="import_undo"),
    path("history/<int:run>/errors/", history_page.errors, name="import_errors"),
    path("history/<int:run>/file/", history_page.original, name="import_original"),
    path("mappings/", mappings_page.mappings, name="import_mappings"),
    path("mappings/<int:mapping>/file/", mappings_page.file, name="import_mapping_file"),
    path("mappings/<int:mapping>/rename/", mappings_page.rename, name="import_mapping_rename"),
    path("mappings/<int:mapping>/delete/", mappings_page.delete, name="import_mapping_delete"),
]
