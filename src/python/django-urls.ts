import { moduleFile } from './django-settings.ts';
import { type DjangoView, readDjangoView } from './django-views.ts';
import type { PythonFile } from './import-scan.ts';
import {
  argumentsOf,
  childrenOf,
  dottedName,
  lineOf,
  type Node,
  stringValue,
  withPythonSyntax,
} from './python-syntax.ts';
import { readNames } from './web-routers.ts';

/** A path that Django answers, as its URL configuration says it. */
export interface DjangoRoute {
  /** `/health/`. */
  readonly path: string;
  /** Undefined for a view from outside of the project. */
  readonly view: DjangoView | undefined;
  readonly file: string;
  readonly line: number;
}

interface WrittenRoute {
  readonly path: string;
  readonly line: number;
  /** Another URL configuration: its module. */
  readonly includes: string | undefined;
  /** `file#name`, or undefined for what is not of the project; `lambda` for one. */
  readonly view: string | undefined;
}

/** The URL configurations of packages that answer for the health of an application, by what they add to their prefix. */
const healthPackages: Readonly<Record<string, string>> = {
  'health_check.urls': '',
  'watchman.urls': 'ping/',
};

/** Every path without parameters below a URL configuration: `path`, `re_path` and `url` at the top of `urlpatterns`, and what they include. */
export async function djangoRoutes(
  module: string,
  files: readonly PythonFile[],
  above: { readonly prefix: string; readonly seen: readonly string[] } = { prefix: '/', seen: [] },
): Promise<readonly DjangoRoute[]> {
  const file = moduleFile(
    module,
    files.map(({ path }) => path),
  );
  const text = files.find(({ path }) => path === file)?.text;
  if (file === undefined || text === undefined || above.seen.includes(file)) return [];
  const paths = new Set(files.map((one) => one.path));
  const written = await withPythonSyntax(text, (root) => writtenRoutes(root, readNames(root, file, paths)));
  const routes: DjangoRoute[] = [];
  for (const { path, line, includes, view } of written) {
    const whole = `${above.prefix}${path}`;
    if (includes === undefined) {
      const found = view === undefined ? undefined : await readDjangoView(view, files);
      routes.push({ path: whole, view: found, file, line });
    } else if (includes in healthPackages)
      routes.push({ path: `${whole}${healthPackages[includes]}`, view: undefined, file, line });
    else
      routes.push(...(await djangoRoutes(includes, files, { prefix: whole, seen: [...above.seen, file] })));
  }
  return routes;
}

// urlpatterns = [path("health/", views.health), re_path(r"^ping$", ping), path("api/", include("api.urls"))]
function writtenRoutes(root: Node, names: ReadonlyMap<string, string>): readonly WrittenRoute[] {
  return childrenOf(root).flatMap((statement) => {
    const [assignment] = childrenOf(statement);
    const right = assignment?.childForFieldName('right');
    if (assignment?.childForFieldName('left')?.text !== 'urlpatterns' || !right) return [];
    return listsIn(right).flatMap((list) =>
      childrenOf(list).flatMap((call) => {
        const kind = dottedName(call.childForFieldName('function'))?.split('.').at(-1) ?? '';
        const { positional, keywords } = argumentsOf(call);
        const [route, view = keywords.get('view')] = positional;
        const text = route && stringValue(route)?.text;
        const path = text === undefined ? undefined : kind === 'path' ? plainPath(text) : ofExpression(text);
        if (!/^(path|re_path|url)$/.test(kind) || path === undefined || view === undefined) return [];
        const includes = includedModule(view);
        // A prefix of a regular expression has no end; a whole one has.
        if (includes === undefined && kind !== 'path' && text?.endsWith('$') !== true) return [];
        return includes === null ? [] : [{ path, line: lineOf(call), includes, view: viewName(view, names) }];
      }),
    );
  });
}

/** `[…]`, `[…] + static(…)`; what is within a call (`i18n_patterns(…)`) gets a prefix that is not known. */
function listsIn(node: Node): readonly Node[] {
  if (node.type === 'list') return [node];
  return node.type === 'binary_operator' ? childrenOf(node).flatMap(listsIn) : [];
}

function plainPath(text: string): string | undefined {
  return /[<>]/.test(text) ? undefined : text;
}

function ofExpression(text: string): string | undefined {
  const path = text
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\/\?$/, '/')
    .replace(/\\([-/.])/g, '$1');
  return /^[\w./-]*$/.test(path) ? path : undefined;
}

/** The module of `include("api.urls")` and `include(("api.urls", "api"))`; null for an include of something else. */
function includedModule(view: Node): string | undefined | null {
  if (view.type !== 'call' || dottedName(view.childForFieldName('function'))?.split('.').at(-1) !== 'include')
    return undefined;
  const [first] = argumentsOf(view).positional;
  const named = first?.type === 'tuple' ? childrenOf(first)[0] : first;
  return (named && stringValue(named)?.text) ?? null;
}

// views.health    health    HealthView.as_view()    csrf_exempt(health)    lambda request: HttpResponse("ok")
function viewName(view: Node, names: ReadonlyMap<string, string>): string | undefined {
  if (view.type === 'lambda') return 'lambda';
  if (view.type === 'call') {
    const callee = dottedName(view.childForFieldName('function')) ?? '';
    if (callee.endsWith('.as_view')) return objectOf(callee.replace(/\.as_view$/, ''), names);
    const [first] = argumentsOf(view).positional;
    return /(^|\.)(csrf_exempt|never_cache)$/.test(callee) && first ? viewName(first, names) : undefined;
  }
  return objectOf(dottedName(view) ?? '', names);
}

function objectOf(dotted: string, names: ReadonlyMap<string, string>): string | undefined {
  const [first = '', ...rest] = dotted.split('.');
  const target = names.get(first);
  if (target === undefined) return undefined;
  return target.endsWith('#') ? `${target}${rest.join('.')}` : target;
}
