import { expect, test } from 'vitest';
import { type DjangoHealth, findDjangoHealth } from './index.ts';

type Files = Readonly<Record<string, string>>;

const manage = 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n';
const settings = 'DEBUG = False\nROOT_URLCONF = "shop.urls"\nALLOWED_HOSTS = ["*"]\n';
const urls =
  'from django.urls import include, path\nfrom . import views\n\nurlpatterns = [\n    path("admin/", admin.site.urls),\n    path("health/", views.health),\n]\n';
const views =
  'from django.http import JsonResponse\n\ndef health(request):\n    return JsonResponse({"ok": True})\n';
const base: Files = {
  'shop/wsgi.py': manage,
  'shop/settings.py': settings,
  'shop/urls.py': urls,
  'shop/views.py': views,
};

interface Start {
  readonly environment?: Readonly<Record<string, string>>;
  readonly open?: readonly string[];
  readonly command?: string;
  readonly path?: string;
}

async function health(files: Files, start: Start = {}): Promise<DjangoHealth | undefined> {
  const { environment = {}, open = [], command = 'gunicorn shop.wsgi:application', path } = start;
  return findDjangoHealth(
    Object.entries(files).map(([name, text]) => ({ path: name, text })),
    { commandText: command, environment, isOpen: (name) => open.includes(name), path },
  );
}

const shown = (found: DjangoHealth | undefined): string =>
  found === undefined
    ? 'none'
    : 'refusal' in found
      ? found.refusal
      : `${found.host}${found.path} ${found.file}:${found.line}`;

const withUrls = (patterns: string, more = ''): Files => ({
  ...base,
  'shop/urls.py': `from django.urls import include, path, re_path\nfrom . import views\n${more}urlpatterns = [${patterns}]\n`,
});

test.each<readonly [title: string, files: Files, found: string]>([
  ['a route of its own', base, '127.0.0.1/health/ shop/urls.py:6'],
  [
    'in a folder of its own',
    Object.fromEntries(Object.entries(base).map(([path, text]) => [`backend/${path}`, text])),
    '127.0.0.1/health/ backend/shop/urls.py:6',
  ],
  [
    'of an included configuration',
    {
      ...withUrls('path("api/", include(("core.urls", "core"), namespace="x"))'),
      'core/urls.py':
        'from django.urls import re_path\nfrom .v import Ping\nurlpatterns = [\n    re_path(r"^v1/ping/?$", Ping.as_view()),\n]\n',
      'core/v.py': 'class Ping(View):\n    def get(self, request):\n        return HttpResponse("pong")\n',
    },
    '127.0.0.1/api/v1/ping/ core/urls.py:4',
  ],
  ['of a package', withUrls('path("ht/", include("watchman.urls"))'), '127.0.0.1/ht/ping/ shop/urls.py:3'],
  [
    'of a package under its name',
    withUrls('path("health/", include("health_check.urls"))'),
    '127.0.0.1/health/ shop/urls.py:3',
  ],
  [
    'in place',
    withUrls('path("healthz", lambda request: HttpResponse("ok"))'),
    '127.0.0.1/healthz shop/urls.py:3',
  ],
  ['with a parameter', withUrls('path("<str:x>/health/", views.health)'), 'none'],
  ['an expression without an end', withUrls('re_path(r"^health", views.health)'), 'none'],
  [
    'behind a language',
    {
      ...base,
      'shop/urls.py': 'from . import views\nurlpatterns = i18n_patterns(path("health/", views.health))\n',
    },
    'none',
  ],
  [
    'only while debugging',
    {
      ...base,
      'shop/urls.py':
        'from . import views\nurlpatterns = []\nif settings.DEBUG:\n    urlpatterns += [path("health/", views.health)]\n',
    },
    'none',
  ],
  [
    'added to a list',
    {
      ...base,
      'shop/urls.py':
        'from . import views\nurlpatterns = [] + static("/s")\nurlpatterns += [path("health/", views.health)]\n',
    },
    '127.0.0.1/health/ shop/urls.py:3',
  ],
  ['a loop of includes', withUrls('path("", include("shop.urls"))'), 'none'],
  ['the root that only answers', withUrls('path("", views.health)'), '127.0.0.1/ shop/urls.py:3'],
  [
    'the root that reads the database',
    {
      ...withUrls('path("", views.health)'),
      'shop/views.py': 'def health(request):\n    return render(request, "a.html", {"a": A.objects.all()})\n',
    },
    'none',
  ],
  ['a root from elsewhere', withUrls('path("", some.view)'), 'none'],
  [
    'behind a login',
    {
      ...base,
      'shop/views.py': `from x import login_required\n\n@login_required\n${views.split('\n').slice(2).join('\n')}`,
    },
    'none',
  ],
  [
    'for POST alone',
    { ...base, 'shop/views.py': '@api_view(["POST"])\ndef health(request):\n    return Response()\n' },
    'none',
  ],
  [
    'of the REST framework, whose views ask for a login',
    {
      ...base,
      'shop/settings.py': `${settings}REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}\n`,
      'shop/views.py': '@api_view(["GET"])\ndef health(request):\n    return Response()\n',
    },
    'none',
  ],
  [
    'of the REST framework, open',
    {
      ...base,
      'shop/settings.py': `${settings}REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}\n`,
      'shop/views.py':
        '@api_view(["GET"])\n@permission_classes([AllowAny])\ndef health(request):\n    return Response()\n',
    },
    '127.0.0.1/health/ shop/urls.py:6',
  ],
  [
    'all behind a login',
    {
      ...base,
      'shop/settings.py': `${settings}MIDDLEWARE = ["django.contrib.auth.middleware.LoginRequiredMiddleware"]\n`,
    },
    'none',
  ],
  ['no Django', { 'app.py': 'import flask\n' }, 'none'],
])('the health of %s', async (_, files, found) => {
  expect(shown(await health(files))).toBe(found);
});

const here = '127.0.0.1/health/ shop/urls.py:6';
const away =
  'ALLOWED_HOSTS (shop/settings.py:3) turns away a call of /health/ from the container: add 127.0.0.1 to it';
const unknown =
  'whether ALLOWED_HOSTS (shop/settings.py:3) lets a call of /health/ from the container in is not known';

test.each<readonly [hosts: string, start: Start, found: string]>([
  ['ALLOWED_HOSTS = ["127.0.0.1"]', {}, here],
  ['ALLOWED_HOSTS = ("example.com", "LOCALHOST")', {}, here.replace('127.0.0.1', 'localhost')],
  ['ALLOWED_HOSTS = [".localhost"]', {}, here.replace('127.0.0.1', 'localhost')],
  ['ALLOWED_HOSTS = ["example.com"]', {}, away],
  ['ALLOWED_HOSTS = []', {}, away],
  ['ALLOWED_HOSTS: list[str] = ["*"]', {}, here],
  ['ALLOWED_HOSTS = os.environ.get("HOSTS", "localhost,127.0.0.1").split(",")', {}, here],
  ['ALLOWED_HOSTS = os.getenv("HOSTS", "*").split()', { environment: { HOSTS: 'a.b c.d' } }, away],
  ['ALLOWED_HOSTS = os.environ.get("HOSTS", "*").split(",")', { open: ['HOSTS'] }, unknown],
  ['ALLOWED_HOSTS = os.environ["HOSTS"].split(",")', {}, unknown],
  ['ALLOWED_HOSTS = os.environ["HOSTS"].split(",")', { environment: { HOSTS: '*' } }, here],
  ['ALLOWED_HOSTS = env.list("HOSTS", default=["*"])', {}, here],
  ['ALLOWED_HOSTS = env.list("HOSTS", default=["*"])', { environment: { HOSTS: 'a, b' } }, away],
  ['ALLOWED_HOSTS = config("HOSTS", default="localhost, 127.0.0.1", cast=Csv())', {}, here],
  ['ALLOWED_HOSTS = config("HOSTS", default="*", cast=lambda v: v.split())', {}, unknown],
  ['ALLOWED_HOSTS = [h.strip() for h in os.getenv("HOSTS", "*, a").split(",") if h]', {}, here],
  ['ALLOWED_HOSTS = ["a"] + ["*"]', {}, here],
  ['ALLOWED_HOSTS = read_hosts()', {}, unknown],
  ['ALLOWED_HOSTS = ["*"] if DEBUG else ["a"]', {}, away],
  ['ALLOWED_HOSTS = ["*" if X else "a"]', {}, unknown],
])('%s with %j', async (hosts, start, found) => {
  const text = `DEBUG = False\nROOT_URLCONF = "shop.urls"\n${hosts}\n`;
  expect(shown(await health({ ...base, 'shop/settings.py': text }, start))).toBe(found);
});

test.each<readonly [text: string, found: string, reason: string]>([
  ['DEBUG = True\n', here, 'while debugging, names of this machine are allowed'],
  ['DEBUG = os.environ.get("DEBUG", "0") == "1"\n', 'away', 'not while debugging'],
  ['DEBUG = env.bool("DEBUG", default="on")\n', here, 'a default as text'],
  ['ALLOWED_HOSTS = ["a"]\nALLOWED_HOSTS += ["*"]\n', here, 'added'],
  ['ALLOWED_HOSTS = ["a"]\nALLOWED_HOSTS.append("*")\n', here, 'appended'],
  [
    'ALLOWED_HOSTS = ["*"]\nif os.environ.get("X"):\n    ALLOWED_HOSTS = ["a"]\n',
    here,
    'a branch that is not taken',
  ],
  [
    'ALLOWED_HOSTS = ["*"]\nif thing():\n    ALLOWED_HOSTS = ["a"]\n',
    'unknown',
    'a branch that may be taken',
  ],
  [
    'X = 1\nif X == 1:\n    ALLOWED_HOSTS = ["*"]\nelse:\n    ALLOWED_HOSTS = ["a"]\n',
    here,
    'the branch that is',
  ],
  ['ALLOWED_HOSTS = ["*"]\nSECURE_SSL_REDIRECT = True\n', 'TLS', 'plain calls are redirected'],
  ['ALLOWED_HOSTS = ["*"]\nSECURE_SSL_REDIRECT = not DEBUG\n', 'TLS', 'outside of debugging'],
  ['ALLOWED_HOSTS = ["*"]\nSECURE_SSL_REDIRECT = env.bool("TLS", default=False)\n', here, 'unless asked to'],
])('%j is %s: %s', async (text, found) => {
  const answer = shown(await health({ ...base, 'shop/settings.py': `ROOT_URLCONF = "shop.urls"\n${text}` }));
  const words: Readonly<Record<string, RegExp>> = {
    away: /turns away/,
    unknown: /is not known$/,
    TLS: /to TLS/,
  };
  expect(answer).toMatch(words[found] ?? found);
});

test('settings in a package, chosen by the environment, take over from others', async () => {
  const files = {
    ...base,
    'shop/settings/base.py': settings.replace('"*"', '"a"'),
    'shop/settings/dev.py': 'from .base import *\n\nDEBUG = True\nALLOWED_HOSTS = ["localhost"]\n',
    'shop/settings/prod.py':
      'from .base import *  # noqa\n\nDEBUG = False\ntry:\n    from .local import *\nexcept ImportError:\n    pass\n',
  };
  const chosen = async (name: string): Promise<string> =>
    shown(await health(files, { environment: { DJANGO_SETTINGS_MODULE: `shop.settings.${name}` } }));
  expect(await chosen('dev')).toBe(here.replace('127.0.0.1', 'localhost'));
  expect(await chosen('prod')).toMatch(/turns away/);
  expect(
    shown(await health(files, { command: 'python manage.py runserver --settings=shop.settings.dev' })),
  ).toContain('localhost/');
});

test('settings that the environment may choose are not known', async () => {
  const found = await health(base, { open: ['DJANGO_SETTINGS_MODULE'] });
  expect(shown(found)).toBe('with which settings it answers /health/ is not known (DJANGO_SETTINGS_MODULE)');
});

test('a path that the user names is asked where calls are let in', async () => {
  expect(shown(await health(base, { path: '/up' }))).toBe('127.0.0.1/up shop/settings.py:1');
  const closed = { ...base, 'shop/settings.py': settings.replace('*', 'a') };
  expect(shown(await health(closed, { path: '/up' }))).toMatch(/turns away a call of \/up/);
});
