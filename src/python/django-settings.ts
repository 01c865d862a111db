import { type EvaluationScope, evaluateExpression, truth } from './evaluate-expression.ts';
import type { PythonFile } from './import-scan.ts';
import { resolveRelativeModule } from './module-names.ts';
import type { JsonValue } from './python-literals.ts';
import { argumentsOf, childrenOf, dottedName, lineOf, type Node, withPythonSyntax } from './python-syntax.ts';

/** What settings of Django say, as far as its environment is known; each value is undefined where it is not known. */
export interface DjangoSettings {
  /** The module's file. */
  readonly file: string;
  /** Patterns of host names; as Django defaults them where they are not set. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Where ALLOWED_HOSTS is set last. */
  readonly hostsPlace: string;
  readonly rootUrlconf: string | undefined;
  readonly isRedirectedToTls: boolean | undefined;
  /** Every view asks for a login, unless it says otherwise. */
  readonly needsLogin: boolean;
  /** The views of the REST framework do, unless they say otherwise. */
  readonly restNeedsLogin: boolean;
}

/** What a settings module is evaluated with. */
export type SettingsEnvironment = Pick<EvaluationScope, 'environment' | 'isOpen'>;

interface Reading extends EvaluationScope {
  readonly files: ReadonlyMap<string, PythonFile>;
  readonly places: Map<string, string>;
  /** The texts of MIDDLEWARE and REST_FRAMEWORK, which are looked through. */
  readonly texts: Map<string, string>;
  readonly seen: Set<string>;
}

/** Reads the settings module of a file, with the modules that it takes everything from (`from .base import *`). */
export async function readDjangoSettings(
  path: string,
  files: readonly PythonFile[],
  environment: SettingsEnvironment,
): Promise<DjangoSettings> {
  const reading: Reading = {
    ...environment,
    names: new Map(),
    files: new Map(files.map((file) => [file.path, file])),
    places: new Map(),
    texts: new Map(),
    seen: new Set(),
  };
  await readModule(path, reading);
  const value = (name: string, fallback: JsonValue): JsonValue | undefined =>
    reading.names.has(name) ? reading.names.get(name) : fallback;
  const urlconf = value('ROOT_URLCONF', null);
  const hosts = value('ALLOWED_HOSTS', []);
  return {
    file: path,
    allowedHosts: hostsOf(hosts, truth(value('DEBUG', false))),
    hostsPlace: reading.places.get('ALLOWED_HOSTS') ?? path,
    rootUrlconf: typeof urlconf === 'string' ? urlconf : undefined,
    isRedirectedToTls: truth(value('SECURE_SSL_REDIRECT', false)),
    needsLogin: /LoginRequiredMiddleware/.test(reading.texts.get('MIDDLEWARE') ?? ''),
    restNeedsLogin: /\bIs(?:Authenticated|AdminUser)\b/.test(reading.texts.get('REST_FRAMEWORK') ?? ''),
  };
}

/** While DEBUG is on and nothing is listed, names of this machine are allowed (`django.http.request`, `get_host`). */
function hostsOf(hosts: JsonValue | undefined, isDebug: boolean | undefined): readonly string[] | undefined {
  if (!Array.isArray(hosts)) return typeof hosts === 'string' ? [hosts] : undefined;
  if (hosts.length > 0) return hosts.map(String);
  if (isDebug === undefined) return undefined;
  return isDebug ? ['.localhost', '127.0.0.1', '[::1]'] : [];
}

async function readModule(path: string, reading: Reading): Promise<void> {
  const file = reading.files.get(path);
  if (file === undefined || reading.seen.has(path)) return;
  reading.seen.add(path);
  const stars = await withPythonSyntax(file.text, (root) => starImports(root, path, reading.files));
  for (const { target, isFirst } of stars) if (isFirst) await readModule(target, reading);
  await withPythonSyntax(file.text, (root) => runStatements(childrenOf(root), path, reading));
  for (const { target, isFirst } of stars) if (!isFirst) await readModule(target, reading);
}

/** `from .base import *`; those behind an assignment are read after it, as `local_settings` are. */
function starImports(
  root: Node,
  path: string,
  files: ReadonlyMap<string, PythonFile>,
): readonly { readonly target: string; readonly isFirst: boolean }[] {
  const first = childrenOf(root).find((one) => /^[A-Z_]+\s*[:=]/.test(one.text));
  return root.descendantsOfType('wildcard_import').flatMap((star) => {
    const statement = star?.parent;
    const module = statement?.childForFieldName('module_name')?.text.replace(/\s+/g, '') ?? '';
    const dots = /^\.*/.exec(module)?.[0].length ?? 0;
    const name = dots === 0 ? module : resolveRelativeModule(path, dots, module.slice(dots));
    const target = moduleFile(name, [...files.keys()]);
    if (statement === null || statement === undefined || target === undefined) return [];
    return [{ target, isFirst: first === undefined || lineOf(statement) < lineOf(first) }];
  });
}

/** The file of a module by its dotted name, the one nearest to the project's root: `shop.settings` may lie in `backend/shop/settings.py`. */
export function moduleFile(module: string, paths: readonly string[]): string | undefined {
  if (module === '') return undefined;
  const steps = module.replaceAll('.', '/');
  return paths
    .filter((path) =>
      [`${steps}.py`, `${steps}/__init__.py`].some((end) => path === end || path.endsWith(`/${end}`)),
    )
    .sort((a, b) => a.length - b.length)[0];
}

function runStatements(statements: readonly Node[], path: string, reading: Reading): void {
  for (const statement of statements) {
    const [first] = childrenOf(statement);
    if (statement.type === 'expression_statement' && first) runExpression(first, path, reading);
    else if (statement.type === 'if_statement') runIf(statement, path, reading);
    else if (statement.type === 'try_statement')
      runStatements(blockOf(statement.childForFieldName('body')), path, reading);
    else if (/^(for|while|with)_statement$/.test(statement.type)) forget(statement, reading);
  }
}

function blockOf(block: Node | null): readonly Node[] {
  return block === null ? [] : childrenOf(block);
}

function runExpression(node: Node, path: string, reading: Reading): void {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (node.type === 'call') {
    addCalled(node, reading);
    return;
  }
  if (left?.type !== 'identifier' || !right) return;
  const name = left.text;
  const value = evaluateExpression(right, reading);
  if (node.type === 'assignment') reading.names.set(name, value);
  else if (node.type === 'augmented_assignment') {
    const before = reading.names.get(name);
    reading.names.set(
      name,
      Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : undefined,
    );
  } else return;
  reading.places.set(name, `${path}:${lineOf(node)}`);
  reading.texts.set(
    name,
    `${node.type === 'assignment' ? '' : (reading.texts.get(name) ?? '')}${right.text}`,
  );
}

// ALLOWED_HOSTS.append("web")    ALLOWED_HOSTS.extend(HOSTS)    MIDDLEWARE.insert(0, "…")
function addCalled(call: Node, reading: Reading): void {
  const [name = '', method = ''] = (dottedName(call.childForFieldName('function')) ?? '').split('.');
  if (!/^(append|extend|insert|remove)$/.test(method) || !reading.names.has(name)) return;
  const argument = argumentsOf(call).positional.at(-1);
  const value = argument && evaluateExpression(argument, reading);
  const before = reading.names.get(name);
  const added = method === 'extend' ? value : value === undefined ? undefined : [value];
  const isKnown = method !== 'remove' && Array.isArray(before) && Array.isArray(added);
  reading.names.set(name, isKnown ? [...before, ...added] : undefined);
  reading.texts.set(name, `${reading.texts.get(name) ?? ''}${call.text}`);
}

/** Of branches the one that is taken; what all of them set is not known where the condition is not. */
function runIf(statement: Node, path: string, reading: Reading): void {
  const alternatives = statement
    .childrenForFieldName('alternative')
    .flatMap((one) => (one === null ? [] : [one]));
  const branches = [statement, ...alternatives];
  for (const branch of branches) {
    const condition = branch.childForFieldName('condition');
    const body = branch.childForFieldName('consequence') ?? branch.childForFieldName('body');
    const isTaken = condition === null ? true : truth(evaluateExpression(condition, reading));
    if (isTaken === undefined) {
      for (const one of branches) forget(one, reading);
      return;
    }
    if (isTaken) {
      runStatements(blockOf(body), path, reading);
      return;
    }
  }
}

function forget(node: Node, reading: Reading): void {
  for (const one of node.descendantsOfType(['assignment', 'augmented_assignment', 'call'])) {
    const name =
      one?.childForFieldName('left')?.text ?? dottedName(one?.childForFieldName('function') ?? null);
    const [first = ''] = name?.split('.') ?? [];
    if (one?.type !== 'call' || reading.names.has(first)) reading.names.set(first, undefined);
    reading.texts.set(first, `${reading.texts.get(first) ?? ''}${one?.text ?? ''}`);
  }
}
