import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()
from django.core.management import call_command
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import path
urlpatterns = [path("", lambda request: HttpResponse("lean"))]
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
User.objects.create_user("a")
print(Client().get("/").content, User.objects.count(), Template("{{ x|upper }}").render(Context({"x": "a"})))
