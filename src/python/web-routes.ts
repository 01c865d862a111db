import { type Collected, collectRoutes, type RawRoute } from './collect-routes.ts';
import type { PythonFile } from './import-scan.ts';
import type { WebListen } from './port-expression.ts';
import { withPythonSyntax } from './python-syntax.ts';
import { type DataClass, readDataClass } from './web-models.ts';
import type { WebRoute } from './web-route.ts';
import { prefixesOf, readNames } from './web-routers.ts';

/** What a project serves. */
export interface WebRoutes {
  readonly routes: readonly WebRoute[];
  /** Models and enumerations by class name. */
  readonly classes: ReadonlyMap<string, DataClass>;
  /** Where FastAPI publishes its schema; undefined where there is none. */
  readonly openapiPath: string | undefined;
  /** Ports in `uvicorn.run(…, port=8080)` and `app.run(port=int(os.environ.get("PORT", 5000)))`. */
  readonly listens: readonly WebListen[];
}

/** Finds the routes of FastAPI, Starlette and Flask applications by their syntax trees. */
export async function findWebRoutes(files: readonly PythonFile[]): Promise<WebRoutes> {
  const python = files.filter((file) => file.path.endsWith('.py'));
  const classes = new Map<string, DataClass>();
  for (const file of python) {
    await withPythonSyntax(file.text, (root) => {
      for (const node of root.descendantsOfType('class_definition')) {
        const found = node && readDataClass(node);
        if (found) classes.set(found.name, found);
      }
    });
  }
  const collected: Collected = {
    apps: new Map(),
    includes: [],
    routes: [],
    listens: [],
    schemas: [],
  };
  const paths = new Set(python.map((file) => file.path));
  for (const file of python) {
    await withPythonSyntax(file.text, (root) =>
      collectRoutes(root, { file: file.path, names: readNames(root, file.path, paths), classes }, collected),
    );
  }
  const routes = collected.routes.flatMap((route) => served(route, collected));
  return { routes, classes, openapiPath: schemaPath(collected), listens: collected.listens };
}

// The outermost application's schema describes the most.
function schemaPath(collected: Collected): string | undefined {
  return collected.schemas
    .flatMap(({ app, path }) =>
      prefixesOf(app, collected.apps, collected.includes).map((prefix) => prefix + path),
    )
    .sort((a, b) => a.length - b.length)[0];
}

function served({ owner, ownPath, ...route }: RawRoute, collected: Collected): WebRoute[] {
  const app = collected.apps.get(owner);
  if (!app) return [];
  return prefixesOf(owner, collected.apps, collected.includes).map((prefix) => ({
    ...route,
    framework: app.framework,
    path: normalisePath(prefix + ownPath),
  }));
}

// Flask writes <int:id>, Starlette {id:int}; both become {id}.
function normalisePath(path: string): string {
  const braces = path.replace(/<(?:\w+:)?(\w+)>/g, '{$1}').replace(/\{(\w+):[^}]*\}/g, '{$1}');
  return `/${braces}`.replace(/\/{2,}/g, '/');
}
