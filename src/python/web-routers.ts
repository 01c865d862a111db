import { posix } from 'node:path';
import { resolveRelativeModule } from './module-names.ts';
import type { Node } from './python-syntax.ts';

/** An application, router or blueprint object, known by `file#name`. */
export interface FoundApp {
  readonly framework: 'fastapi' | 'starlette' | 'flask';
  readonly prefix: string;
  /** An application rather than a part of one. */
  readonly isRoot: boolean;
}

/** `parent.include_router(child, prefix="/v1")` and its likes. */
export interface FoundInclude {
  readonly parent: string;
  readonly child: string;
  readonly prefix: string | undefined;
  /** Flask: a prefix given here takes the place of the blueprint's own. */
  readonly isReplacing: boolean;
}

/**
 * Every prefix under which an object's routes are served: one for each way from an application down to it.
 * A router that nothing includes keeps its own, so that what an include in computed code serves is not lost.
 */
export function prefixesOf(
  key: string,
  apps: ReadonlyMap<string, FoundApp>,
  includes: readonly FoundInclude[],
  visited: readonly string[] = [],
): readonly string[] {
  const app = apps.get(key);
  if (!app || visited.includes(key)) return [];
  const ways = includes.filter((include) => include.child === key && apps.has(include.parent));
  if (app.isRoot && ways.length === 0) return [''];
  if (ways.length === 0) return [app.prefix];
  return ways.flatMap((include) => {
    const own =
      include.isReplacing && include.prefix !== undefined
        ? include.prefix
        : (include.prefix ?? '') + app.prefix;
    return prefixesOf(include.parent, apps, includes, [...visited, key]).map((above) => above + own);
  });
}

/**
 * What imported names stand for in a file: `from .routers import predict` gives `predict` → `app/routers/predict.py#`,
 * `from .routers.predict import router as r` gives `r` → `app/routers/predict.py#router`. Foreign names are left out.
 */
export function readNames(root: Node, file: string, paths: ReadonlySet<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const node of root.descendantsOfType(['import_from_statement', 'import_statement'])) {
    if (!node) continue;
    const from = node.childForFieldName('module_name');
    for (const child of node.childrenForFieldName('name')) {
      if (!child) continue;
      const name = (child.type === 'aliased_import' ? child.childForFieldName('name') : child)?.text ?? '';
      const local = child.type === 'aliased_import' ? (child.childForFieldName('alias')?.text ?? name) : name;
      const target = from
        ? importedObject(absolute(from, file), name, { file, paths })
        : moduleFile(name, file, paths);
      if (target !== undefined) names.set(local, target.includes('#') ? target : `${target}#`);
    }
  }
  return names;
}

function absolute(from: Node, file: string): string {
  const text = from.text.replace(/\s+/g, '');
  const dots = /^\.*/.exec(text)?.[0].length ?? 0;
  return dots === 0 ? text : resolveRelativeModule(file, dots, text.slice(dots));
}

function importedObject(
  module: string,
  name: string,
  place: { readonly file: string; readonly paths: ReadonlySet<string> },
): string | undefined {
  const submodule = moduleFile(module === '' ? name : `${module}.${name}`, place.file, place.paths);
  if (submodule !== undefined) return `${submodule}#`;
  const owner = moduleFile(module, place.file, place.paths);
  return owner === undefined ? undefined : `${owner}#${name}`;
}

// The nearest folder above the importing file in which the module exists.
function moduleFile(module: string, file: string, paths: ReadonlySet<string>): string | undefined {
  const steps = module.replaceAll('.', '/');
  for (let folder = posix.dirname(file); ; folder = posix.dirname(folder)) {
    for (const root of [folder, posix.join(folder, 'src')]) {
      const path = posix.join(root, steps);
      const found = [`${path}.py`, `${path}/__init__.py`].find((one) => paths.has(one));
      if (found !== undefined) return found;
    }
    if (folder === '.' || folder === '/') return undefined;
  }
}
