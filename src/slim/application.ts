import { posix } from 'node:path';
import type { DockerfileModel } from '../dockerfile/index.ts';
import {
  foreignImports,
  type PythonImport,
  type PythonSource,
  type PythonSources,
  reachableFrom,
} from '../python/index.ts';
import { containerCommand, type StartOverride } from './container-command.ts';
import { projectFile } from './project-file.ts';

/** The part of the project that runs in the container. */
export interface Application {
  /** How the container starts it: `app.main:app`, `app/main.py`; empty when that is not known. */
  readonly entries: readonly string[];
  /** The files that the entries reach, or all application code when no entry is known. */
  readonly sources: readonly PythonSource[];
  /** Scripts that RUN instructions start, with what they reach. */
  readonly buildSources: readonly PythonSource[];
  /** Imports of other people's modules by `sources`, each statement once, in order of module name. */
  readonly imports: readonly ApplicationImport[];
  /** The same of `buildSources`. */
  readonly buildImports: readonly ApplicationImport[];
}

/** One import of the application, as it can be run alone. */
export interface ApplicationImport {
  readonly module: string;
  readonly names: readonly string[];
  readonly moment: PythonImport['moment'];
  readonly isOptional: boolean;
  readonly file: string;
  readonly line: number;
}

/**
 * Finds what runs: from CMD, ENTRYPOINT (or what a compose file starts in their place) and the shell scripts they call, and from RUN for
 * the build.
 */
export function findApplication(
  model: DockerfileModel,
  sources: PythonSources,
  scripts: readonly { readonly path: string; readonly text: string }[],
  override: StartOverride = {},
): Application {
  const words = containerCommand(model, override).flatMap((word) =>
    /\s/.test(word) ? word.split(/[\s;&|]+/) : [word],
  );
  const called = scripts.filter((script) =>
    words.some((word) => posix.basename(word) === posix.basename(script.path)),
  );
  const allWords = [...words, ...called.flatMap((script) => script.text.split(/[\s;&|"']+/))];
  const entries = entriesOf(allWords, sources).filter((entry) => reachableFrom(sources, [entry]).length > 0);
  const application = sources.files.filter((file) => file.role === 'application');
  const reached = entries.length > 0 ? reachableFrom(sources, entries) : application;
  const runs = model.stages.flatMap((one) => one.instructions).flatMap((one) => one.commands ?? []);
  const buildEntries = runs.flatMap((command) => entriesOf(command.words, sources));
  const buildSources = buildEntries.length > 0 ? reachableFrom(sources, buildEntries) : [];
  return {
    entries,
    sources: reached,
    buildSources,
    imports: importsOf(sources, reached),
    buildImports: importsOf(sources, buildSources),
  };
}

/** `uvicorn app.main:app`, `python -m app.server`, `python src/serve.py`, `gunicorn -k x app:create_app()`, `celery -A app worker`. */
function entriesOf(words: readonly string[], sources: PythonSources): string[] {
  const paths = sources.files.map((file) => file.path);
  return words.flatMap((word, at) => {
    const bare = word.replace(/^["']|["']$/g, '');
    const previous = words[at - 1] ?? '';
    if (/^[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?$/.test(bare)) return [bare.replace(/\(.*$/, '')];
    if (/\.py$/.test(bare)) return [projectFile(bare, paths) ?? posix.normalize(bare)];
    // `celery -A app.tasks worker`, `flask --app web run` name a module as well.
    if (/^(-m|-A|--app)$/.test(previous) && /^[A-Za-z_][\w.]*$/.test(bare)) return [bare, `${bare}.__main__`];
    const app = /^--app=([A-Za-z_][\w.]*)$/.exec(bare)?.[1];
    if (app !== undefined) return [app, `${app}.__main__`];
    return [];
  });
}

function importsOf(sources: PythonSources, files: readonly PythonSource[]): ApplicationImport[] {
  const found = new Map<string, ApplicationImport>();
  for (const sites of foreignImports(sources, files).values()) {
    for (const site of sites) {
      const { module, names, moment, isOptional, line } = site.import;
      const key = `${module}:${names.join(',')}`;
      const known = found.get(key);
      if (known === undefined || (known.moment !== 'top-level' && moment === 'top-level')) {
        found.set(key, { module, names, moment, isOptional, file: site.source.path, line });
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.module < b.module ? -1 : a.module > b.module ? 1 : 0));
}

/** The import as a statement that leaves the application's own modules out: `from fastapi import FastAPI, Query`. */
export function importStatement(found: Pick<ApplicationImport, 'module' | 'names'>): string {
  const names = found.names.filter((name) => name !== '*');
  return names.length === 0 ? `import ${found.module}` : `from ${found.module} import ${names.join(', ')}`;
}
