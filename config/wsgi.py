import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# What is here now stays: the collector need not look through all of it again for every few pages.
_ = get_resolver().url_patterns  # every page's code
gc.collect()
gc.freeze()
