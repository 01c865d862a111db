import { resolveRelativeModule } from './module-names.ts';
import { notebookCode } from './notebook.ts';
import {
  argumentsOf,
  childrenOf,
  dottedName,
  lineOf,
  type Node,
  stringValue,
  withPythonSyntax,
} from './python-syntax.ts';
import { type SourceRole, sourceRole } from './source-role.ts';
import { type CommandCall, commandCall, type PathString, pathStrings } from './source-strings.ts';

/** A file as the project reader gives it: a path relative to the project, with `/`, and its text. */
export interface PythonFile {
  readonly path: string;
  readonly text: string;
}

/**
 * When an import runs: with the module (`top-level`), in a branch of it (`conditional`: if, try, match),
 * in a function (`lazy`), never at run time (`type-checking`).
 */
export type ImportMoment = 'top-level' | 'conditional' | 'lazy' | 'type-checking';

/** One imported module. */
export interface PythonImport {
  /** Absolute dotted name; relative imports are resolved. */
  readonly module: string;
  /** Of `from module import a, b`: `['a', 'b']`, `['*']`; empty for `import module`. */
  readonly names: readonly string[];
  /** Of `import module`: what the file takes of it by name, `['Trainer']` of `module.Trainer(…)`; absent where that is not known. */
  readonly members?: readonly string[] | undefined;
  readonly moment: ImportMoment;
  /** In a `try` that catches ImportError, or in a branch for other interpreters or systems: the program has another way. */
  readonly isOptional: boolean;
  readonly isRelative: boolean;
  /** `importlib.import_module("x")` or `__import__("x")`. */
  readonly isDynamic: boolean;
  /** The whole statement as written, as a probe can run it (relative ones cannot be run alone). */
  readonly statement: string;
  /** 1-based; in a notebook, of its joined code cells. */
  readonly line: number;
}

/** What one file says. */
export interface PythonSource {
  readonly path: string;
  readonly role: SourceRole;
  readonly imports: readonly PythonImport[];
  readonly pathStrings: readonly PathString[];
  readonly commands: readonly CommandCall[];
  /** It has `if __name__ == "__main__":`. */
  readonly isScript: boolean;
  /** Parts were not understood; what is listed is what the rest says. */
  readonly hasSyntaxErrors: boolean;
}

/** All Python of a project, in path order. */
export interface PythonSources {
  readonly files: readonly PythonSource[];
  /** Notebooks that are no valid JSON. */
  readonly unreadable: readonly { readonly path: string; readonly message: string }[];
  /** Folders with a package that may be installed from there, relative to the project: they are on `sys.path` for everyone. */
  readonly packageFolders?: readonly string[];
}

/** How roles are told apart. */
export interface ScanOptions {
  /** Scripts that the Dockerfile's RUN instructions start, relative to the project. */
  readonly buildScripts?: readonly string[];
  /** Folders with a manifest of their own. */
  readonly packageFolders?: readonly string[];
}

/** Reads the imports, path-like strings and started programs of Python files and notebooks by their syntax trees. */
export async function scanPythonFiles(
  files: readonly PythonFile[],
  options: ScanOptions = {},
): Promise<PythonSources> {
  const buildScripts = new Set(options.buildScripts ?? []);
  const scanned: PythonSource[] = [];
  const unreadable: { path: string; message: string }[] = [];
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const isNotebook = file.path.endsWith('.ipynb');
    const code = isNotebook ? notebookCode(file.text) : file.text;
    if (code === undefined) unreadable.push({ path: file.path, message: 'not a Jupyter notebook' });
    else {
      const found = await withPythonSyntax(code, (root) => scanTree(root, file.path));
      scanned.push({ path: file.path, role: sourceRole(file.path, buildScripts), ...found });
    }
  }
  const { packageFolders = [] } = options;
  return { files: scanned, unreadable, packageFolders };
}

interface Scope {
  readonly moment: ImportMoment;
  readonly isOptional: boolean;
}

/** An import with the name that `import module as name` binds, or the module's own. */
type BoundImport = PythonImport & { readonly boundTo?: string };

interface Collected {
  readonly path: string;
  readonly imports: BoundImport[];
  readonly commands: CommandCall[];
  /** Dotted names, as they are written: `np.linalg.norm`. */
  readonly attributes: Set<string>;
  isScript: boolean;
}

function scanTree(root: Node, path: string): Omit<PythonSource, 'path' | 'role'> {
  const collected: Collected = { path, imports: [], commands: [], attributes: new Set(), isScript: false };
  visit(root, { moment: 'top-level', isOptional: false }, collected);
  return {
    imports: collected.imports.map((found) => withMembers(found, collected.attributes)),
    commands: collected.commands,
    isScript: collected.isScript,
    pathStrings: pathStrings(root),
    hasSyntaxErrors: root.hasError,
  };
}

function visit(node: Node, scope: Scope, into: Collected): void {
  if (node.type === 'import_statement' || node.type === 'import_from_statement') {
    into.imports.push(...importsOf(node, scope, into.path));
  } else if (node.type === 'if_statement') visitIf(node, scope, into);
  else if (node.type === 'try_statement') visitTry(node, scope, into);
  else {
    if (node.type === 'call') visitCall(node, scope, into);
    if (node.type === 'attribute') addAttribute(node, into);
    const moment = momentBelow[node.type];
    visitChildren(node, moment ? deeper(scope, moment) : scope, into);
  }
}

function addAttribute(node: Node, into: Collected): void {
  const name = dottedName(node);
  if (name !== undefined) into.attributes.add(name);
}

function withMembers({ boundTo, ...found }: BoundImport, attributes: ReadonlySet<string>): PythonImport {
  if (boundTo === undefined) return found;
  const below = [...attributes].filter((name) => name.startsWith(`${boundTo}.`));
  const members = new Set(below.map((name) => name.slice(boundTo.length + 1).split('.', 1)[0] ?? ''));
  return { ...found, members: [...members] };
}

const momentBelow: Readonly<Record<string, ImportMoment>> = {
  function_definition: 'lazy',
  lambda: 'lazy',
  match_statement: 'conditional',
  while_statement: 'conditional',
  for_statement: 'conditional',
};

function visitChildren(node: Node, scope: Scope, into: Collected): void {
  for (const child of childrenOf(node)) visit(child, scope, into);
}

const momentOrder: readonly ImportMoment[] = ['top-level', 'conditional', 'lazy', 'type-checking'];

function deeper(scope: Scope, moment: ImportMoment): Scope {
  return momentOrder.indexOf(moment) > momentOrder.indexOf(scope.moment) ? { ...scope, moment } : scope;
}

/** `sys.version_info >= (3, 11)`, `sys.platform == "win32"`, `six.PY2`: which branch runs is the interpreter's and the system's matter. */
const asksAround =
  /\bsys\.(?:version|version_info|hexversion|platform|implementation)\b|\bos\.name\b|\bplatform\.(?:system|machine|python_\w+)\(|\bPY[23]\b/;
/** What holds in every image that is looked at. */
const onLinux =
  /^(?:sys\.platform\s*(?:==\s*["']linux["']|!=\s*["'](?:win32|darwin|cygwin)["'])|sys\.platform\.startswith\(["']linux["']\)|os\.name\s*(?:==\s*["']posix["']|!=\s*["']nt["']))$/;

function visitIf(node: Node, scope: Scope, into: Collected): void {
  const condition = node.childForFieldName('condition');
  const text = condition?.text ?? '';
  const isTypeChecking = /^(\w+\.)?TYPE_CHECKING$/.test(text);
  if (/__name__\s*==\s*["']__main__["']|["']__main__["']\s*==\s*__name__/.test(text)) into.isScript = true;
  for (const child of childrenOf(node)) {
    const isConsequence = child.id === node.childForFieldName('consequence')?.id;
    if (isTypeChecking) visit(child, isConsequence ? deeper(scope, 'type-checking') : scope, into);
    else {
      const isOptional =
        scope.isOptional || (asksAround.test(text) && !(isConsequence && onLinux.test(text)));
      visit(child, { ...deeper(scope, 'conditional'), isOptional }, into);
    }
  }
}

function visitTry(node: Node, scope: Scope, into: Collected): void {
  const handlers = childrenOf(node).filter((child) => child.type.startsWith('except'));
  const catchesImportError = handlers.some((handler) => {
    const header = handler.text.split(':', 1)[0] ?? '';
    return (
      /\b(ImportError|ModuleNotFoundError|Exception|BaseException)\b/.test(header) ||
      /^except\s*$/.test(header)
    );
  });
  for (const child of childrenOf(node)) {
    // What an ImportError handler imports is the fallback: it too is one of two ways.
    const isOptional = scope.isOptional || (catchesImportError && child.type !== 'finally_clause');
    visit(child, { ...deeper(scope, 'conditional'), isOptional }, into);
  }
}

function visitCall(node: Node, scope: Scope, into: Collected): void {
  const callee = dottedName(node.childForFieldName('function'));
  if (callee === undefined) return;
  const command = commandCall(node, callee);
  if (command) into.commands.push(command);
  if (!/^(__import__|(importlib\.)?import_module)$/.test(callee)) return;
  const { positional, keywords } = argumentsOf(node);
  const first = positional[0] ?? keywords.get('name');
  const value = first && stringValue(first);
  if (!value || value.hasHoles || !/^\.*[A-Za-z_][\w.]*$/.test(value.text)) return;
  const isRelative = value.text.startsWith('.');
  const dots = /^\.*/.exec(value.text)?.[0].length ?? 0;
  const module = isRelative ? resolveRelativeModule(into.path, dots, value.text.slice(dots)) : value.text;
  into.imports.push({
    module,
    names: [],
    ...scope,
    isRelative,
    isDynamic: true,
    statement: isRelative ? node.text : `import ${value.text}`,
    line: lineOf(node),
  });
}

// import a.b as c, d        from ..x import (a, b as q)        from m import *
function importsOf(node: Node, scope: Scope, path: string): BoundImport[] {
  const shared = { ...scope, isDynamic: false, statement: dedent(node), line: lineOf(node) };
  const written = node.childrenForFieldName('name').flatMap((child) => child ?? []);
  const names = written.map(nameOfImport);
  if (node.type === 'import_statement') {
    return written.map((child) => {
      const module = nameOfImport(child);
      return {
        ...shared,
        statement: names.length === 1 ? shared.statement : `import ${module}`,
        module,
        names: [],
        boundTo: child.childForFieldName('alias')?.text ?? module,
        isRelative: false,
      };
    });
  }
  const from = node.childForFieldName('module_name');
  const isRelative = from?.type === 'relative_import';
  const dots = isRelative ? (/^\.+/.exec(from.text.replace(/\s+/g, ''))?.[0].length ?? 1) : 0;
  const moduleText = from?.text.replace(/\s+/g, '').slice(dots) ?? '';
  const isStar = childrenOf(node).some((child) => child.type === 'wildcard_import');
  return [
    {
      ...shared,
      module: isRelative ? resolveRelativeModule(path, dots, moduleText) : moduleText,
      names: isStar ? ['*'] : names,
      isRelative,
    },
  ];
}

function nameOfImport(node: Node): string {
  const named = node.type === 'aliased_import' ? node.childForFieldName('name') : node;
  return (named ?? node).text.replace(/\s+/g, '');
}

function dedent(node: Node): string {
  const indent = ' '.repeat(node.startPosition.column);
  return node.text.replaceAll(`\n${indent}`, '\n');
}
