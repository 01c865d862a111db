import {
  type DjangoSettings,
  moduleFile,
  readDjangoSettings,
  type SettingsEnvironment,
} from './django-settings.ts';
import { type DjangoRoute, djangoRoutes } from './django-urls.ts';
import type { PythonFile } from './import-scan.ts';

/** Paths at which services tell whether they are up: `/health`, `/api/healthz/`, `/ping`. */
export const healthRoutePattern: RegExp =
  /^\/(?:[\w-]+\/)*(health|healthz|healthcheck|health-check|livez|readyz|ready|live|ping)\/?$/i;

/** How a Django service can be asked for its health by a plain call within its container, or why not. */
export type DjangoHealth =
  | {
      readonly path: string;
      /** The name of this machine that ALLOWED_HOSTS lets in. */
      readonly host: '127.0.0.1' | 'localhost';
      readonly file: string;
      readonly line: number;
    }
  | { readonly refusal: string };

/** How the service starts. */
export interface DjangoStart extends SettingsEnvironment {
  /** The command, and the scripts that it starts. */
  readonly commandText: string;
  /** A path that the user names; only whether it can be called is asked then. */
  readonly path?: string | undefined;
}

/**
 * Where a Django service answers a check: a health route of its URL configuration, else its root where the view there only answers. Undefined
 * where it is no Django service or has no such route; a refusal where it has one and turns a call from its own container away, or may.
 */
export async function findDjangoHealth(
  files: readonly PythonFile[],
  start: DjangoStart,
): Promise<DjangoHealth | undefined> {
  const python = files.filter(({ path }) => path.endsWith('.py'));
  const module = settingsModule(python, start);
  const path =
    module &&
    moduleFile(
      module,
      python.map((file) => file.path),
    );
  if (path === undefined) return undefined;
  const settings = await readDjangoSettings(path, python, start);
  if (settings.rootUrlconf === undefined) return undefined;
  if (start.path !== undefined)
    return reachable({ path: start.path, view: undefined, file: path, line: 1 }, settings);
  const routes = await djangoRoutes(settings.rootUrlconf, python);
  const route = chosenRoute(routes, settings);
  if (route === undefined) return undefined;
  // A module of the environment beats the one of the code.
  return start.environment['DJANGO_SETTINGS_MODULE'] === undefined && start.isOpen('DJANGO_SETTINGS_MODULE')
    ? { refusal: `with which settings it answers ${route.path} is not known (DJANGO_SETTINGS_MODULE)` }
    : reachable(route, settings);
}

/** As the environment or the command says, else as the started module does (`os.environ.setdefault("DJANGO_SETTINGS_MODULE", …)`). */
function settingsModule(files: readonly PythonFile[], start: DjangoStart): string | undefined {
  const { commandText } = start;
  const given =
    start.environment['DJANGO_SETTINGS_MODULE'] ?? /--settings[= ]([\w.]+)/.exec(commandText)?.[1];
  if (given !== undefined) return given;
  const started = [
    ...commandText.matchAll(/\b([\w.]*\b[aw]sgi)\b(?::\w+)?|\b([\w./-]*manage)\.py\b/g),
  ].flatMap(
    ([, server, manage]) =>
      moduleFile(
        server ?? manage?.replace(/^.*\//, '') ?? '',
        files.map(({ path }) => path),
      ) ?? [],
  );
  const texts = files.filter(({ path }) => started.includes(path)).map(({ text }) => text);
  return texts
    .map((text) => /["']DJANGO_SETTINGS_MODULE["']\s*[,\]][\s=]*["']([\w.]+)["']/.exec(text)?.[1])
    .find((name) => name !== undefined);
}

function chosenRoute(routes: readonly DjangoRoute[], settings: DjangoSettings): DjangoRoute | undefined {
  const open = routes.filter((route) => isOpen(route, settings));
  return (
    open.find(({ path }) => healthRoutePattern.test(path)) ??
    open.find(({ path, view }) => path === '/' && view?.isCheap === true)
  );
}

function isOpen({ view }: DjangoRoute, settings: DjangoSettings): boolean {
  if (view === undefined) return !settings.needsLogin;
  if (!view.answersGet || view.login === 'required') return false;
  if (view.login === 'open') return true;
  return !settings.needsLogin && !(view.login === 'rest-default' && settings.restNeedsLogin);
}

function reachable({ path, file, line }: DjangoRoute, settings: DjangoSettings): DjangoHealth {
  const { allowedHosts, hostsPlace, isRedirectedToTls } = settings;
  if (isRedirectedToTls !== false) {
    const how = isRedirectedToTls === true ? 'sends' : 'may send';
    return { refusal: `${settings.file} ${how} plain calls of ${path} to TLS (SECURE_SSL_REDIRECT)` };
  }
  if (allowedHosts === undefined)
    return {
      refusal: `whether ALLOWED_HOSTS (${hostsPlace}) lets a call of ${path} from the container in is not known`,
    };
  const host = (['127.0.0.1', 'localhost'] as const).find((name) => isAllowed(name, allowedHosts));
  return host === undefined
    ? {
        refusal: `ALLOWED_HOSTS (${hostsPlace}) turns away a call of ${path} from the container: add 127.0.0.1 to it`,
      }
    : { path, host, file, line };
}

/** As `django.http.request.validate_host`. */
function isAllowed(host: string, patterns: readonly string[]): boolean {
  return patterns.some((one) => {
    const pattern = one.toLowerCase();
    return pattern === '*' || pattern === host || (pattern.startsWith('.') && `.${host}`.endsWith(pattern));
  });
}
