import { posix } from 'node:path';
import type { ApplicationUses, ImportPlace } from '../../../deps/index.ts';
import { programOf, readScriptText, withInner } from '../../../dockerfile/index.ts';
import {
  foreignImports,
  type ImportSite,
  isSignImport,
  isStandardLibrary,
  optionalFiles,
  type PythonFile,
  type PythonSource,
  type PythonSources,
} from '../../../python/index.ts';
import type { Application } from '../../../slim/index.ts';
import { applicationSigns, type SignsInput } from './application-signs.ts';

/** What tells how an application uses distributions. */
export interface UsesInput extends Pick<SignsInput, 'variables' | 'configTexts'> {
  readonly sources: PythonSources;
  readonly application: Pick<Application, 'sources' | 'buildSources'> & Partial<Pick<Application, 'entries'>>;
  /** The texts of the sources. */
  readonly texts: readonly PythonFile[];
  /** Shell scripts, a Procfile and the like, whether something starts them or not. */
  readonly scripts: readonly PythonFile[];
  /** Words that start the container, and those of scripts, each with its place. */
  readonly startWords: readonly { readonly word: string; readonly place: string }[];
}

/** Gathers imports, started programs and what strings name, of the application and of what its build runs. */
export function applicationUses(input: UsesInput): ApplicationUses {
  const { sources, application, texts, startWords } = input;
  const running = new Set([...application.sources, ...application.buildSources]);
  const own = sources.files.filter((file) => running.has(file) || isApplication(file));
  const ownPaths = new Set(own.map(({ path }) => path));
  const ownTexts = texts.filter(({ path }) => ownPaths.has(path));
  const strings = new Map<string, string>();
  for (const file of ownTexts) readWords(file, strings);
  for (const { word, place } of startWords)
    for (const name of dottedStarts(word)) if (!strings.has(name)) strings.set(name, place);
  const needless = optionalFiles(sources, running, application.entries);
  const builds = new Set(application.buildSources);
  const isSeen = (file: PythonSource): boolean =>
    builds.has(file) ||
    (!needless.has(file) && !(application.entries?.length === 0 && isDeveloperScript(file)));
  const needed = new Set([...running].filter(isSeen));
  const sites = [...[...foreignImports(sources).values()].flat(), ...signImports(sources)];
  const { calls, ...signs } = applicationSigns({ ...input, texts: ownTexts });
  return {
    imports: sites.map((site) => placeOf(site, running, needed)),
    commands: commandsOf(own, startWords),
    mayStart: scriptPrograms(input.scripts),
    strings,
    calls,
    signs,
    dynamicImports: ownTexts.flatMap(dynamicImports),
    fileCount: own.length,
  };
}

/** Where nothing tells what is started, such scripts are for whoever works on the project: `scripts/release.py`. */
function isDeveloperScript({ path }: PythonSource): boolean {
  return /^(?:scripts?|tools?|tasks|hack|dev)\//.test(path);
}

function isApplication({ role }: PythonSource): boolean {
  return role === 'application' || role === 'build';
}

function placeOf(
  { source, import: found }: ImportSite,
  running: ReadonlySet<PythonSource>,
  needed: ReadonlySet<PythonSource>,
): ImportPlace {
  const isOwn = running.has(source) || isApplication(source);
  return {
    module: found.module,
    names: found.names.filter((name) => name !== '*'),
    members: found.members,
    ...(found.names.includes('*') && { takesAll: true }),
    file: source.path,
    line: found.line,
    role: isOwn || source.role === 'application' || source.role === 'build' ? 'application' : source.role,
    isNeeded: !found.isOptional && needed.has(source),
  };
}

/** A class that a server is told to load: `-k uvicorn.workers.UvicornWorker`, `--worker-class=gevent.Worker`. */
const classPath = /(?:^|=)([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)*\.[A-Z]\w*$/;

function commandsOf(
  own: readonly PythonSource[],
  startWords: UsesInput['startWords'],
): ReadonlyMap<string, string> {
  const commands = new Map<string, string>();
  const add = (name: string, place: string): void => {
    if (!commands.has(name)) commands.set(name, place);
  };
  for (const { word, place } of startWords) {
    add(posix.basename(word), place);
    const ofClass = classPath.exec(word)?.[1];
    if (ofClass !== undefined) add(ofClass, place);
  }
  for (const { path, commands: calls } of own)
    for (const { programs, line, words } of calls)
      for (const program of [...programs, ...words.filter((_, at) => words[at - 1] === '-m')])
        add(posix.basename(program), `${path}:${line}`);
  return commands;
}

/**
 * What scripts call, whoever starts them: the programs of their commands, and modules that Python runs. A script that cannot be parsed
 * may call whatever it names.
 */
function scriptPrograms(scripts: readonly PythonFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, text } of scripts)
    for (const { name, at } of calledBy(text)) {
      const program = posix.basename(name);
      if (!found.has(program)) found.set(program, `${path}:${text.slice(0, at).split('\n').length}`);
    }
  return found;
}

interface CalledName {
  readonly name: string;
  /** Where the command stands in the text. */
  readonly at: number;
}

// celery -A app worker            exec gunicorn app:app            python -m alembic upgrade head            poetry run daphne app:app
function calledBy(text: string): readonly CalledName[] {
  const commands = readScriptText(text);
  if (commands === undefined)
    return [...text.matchAll(/[\w./-]+/g)].map(({ 0: name, index: at }) => ({ name, at }));
  return commands.flatMap(withInner).flatMap((command) => {
    const { words, range } = command;
    const modules = words.filter((_, at) => words[at - 1] === '-m');
    const started = words.filter((_, at) => words[at - 1] === 'run' || words[at - 1] === '--');
    return [programOf(command), ...modules, ...started].map((name) => ({ name, at: range.start }));
  });
}

/** `uvicorn.workers.UvicornWorker` → `uvicorn`; `postgresql+psycopg2://` → both. */
function dottedStarts(text: string): readonly string[] {
  const scheme = /^([a-z]\w*)(?:\+([a-z]\w*))?:\/\//.exec(text);
  if (scheme !== null) return [scheme[1], scheme[2]].filter((part) => part !== undefined);
  const dotted = /^([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_]\w*)?$/.exec(text)?.[1];
  return dotted === undefined ? [] : [dotted];
}

function readWords({ path, text }: PythonFile, strings: Map<string, string>): void {
  for (const [at, line] of text.split('\n').entries()) {
    const place = `${path}:${at + 1}`;
    for (const [, , value = ''] of line.matchAll(/(["'])([A-Za-z_][\w.+:/-]{1,120}?)\1/g))
      for (const name of dottedStarts(value)) if (!strings.has(name)) strings.set(name, place);
  }
}

/** Modules of Python itself by which others are loaded: `pickle`. */
function signImports(sources: PythonSources): readonly ImportSite[] {
  return sources.files.flatMap((source) =>
    source.imports
      .filter((one) => one.moment !== 'type-checking' && isStandardLibrary(one.module) && isSignImport(one))
      .map((one) => ({ source, import: one })),
  );
}

/** `import_module(name)`: which module that is, only the running program knows. */
function dynamicImports({ path, text }: PythonFile): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, at) =>
      /\b(?:import_module|__import__)\(\s*(?![\s"'rbuf)])|\b(?:import_module|__import__)\(\s*f["']/.test(
        line.replace(/#.*/, ''),
      )
        ? [`${path}:${at + 1}`]
        : [],
    );
}
