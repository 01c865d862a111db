import { posix } from 'node:path';
import type { ShrinkSubject } from './pass.ts';
import { isStandardPlace, moduleAt, siteOf } from './site-packages.ts';
import { startedPrograms } from './started-programs.ts';

/**
 * The Python files that the image may load: those of the application and of the modules that it starts, and whatever they name, on and on, lazily
 * and in strings, too. Where nothing tells what is started, every file may be.
 */
export function loadedFiles(subject: ShrinkSubject): (path: string) => boolean {
  const known = loaded.get(subject);
  if (known !== undefined) return known;
  // Few plans ask, and the answer takes a walk through all that sources name.
  let found: { readonly files: ReadonlySet<string> | undefined } | undefined;
  const isLoaded = (path: string): boolean => {
    found ??= { files: reach(subject) };
    return found.files === undefined || found.files.has(path);
  };
  loaded.set(subject, isLoaded);
  return isLoaded;
}

const loaded = new WeakMap<ShrinkSubject, (path: string) => boolean>();

function reach(subject: ShrinkSubject): ReadonlySet<string> | undefined {
  const { study } = subject;
  const files = new Map<string, number>();
  let position = 0;
  for (const { path } of study.mentions) files.set(path, position++);
  const ofModule = new Map<string, string[]>();
  for (const path of files.keys()) {
    const module = moduleAt(path);
    if (module !== undefined) ofModule.set(module, [...(ofModule.get(module) ?? []), path]);
  }
  const waiting: string[] = [...files.keys()].filter((path) => isOwn(path, subject));
  const found = new Set(waiting);
  const add = (module: string): void => {
    for (let dot = module.indexOf('.'); ; dot = module.indexOf('.', dot + 1)) {
      for (const path of ofModule.get(dot === -1 ? module : module.slice(0, dot)) ?? []) {
        if (found.has(path)) continue;
        found.add(path);
        waiting.push(path);
      }
      if (dot === -1) return;
    }
  };
  for (const module of startedModules(subject)) add(module);
  if (waiting.length === 0) return undefined;
  const seen = new Uint8Array(study.names.length);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const number of study.mentions.at(files.get(path) ?? -1)?.names ?? []) {
      if (seen[number] === 1) continue;
      seen[number] = 1;
      add(study.names[number] ?? '');
    }
  }
  return found;
}

/** A file of the application: in no package, no distribution and not of the standard library. */
function isOwn(path: string, { packageOf, distributionOf }: ShrinkSubject): boolean {
  if (siteOf(path) === undefined) return !isStandardPlace(path) && packageOf(path) === undefined;
  const distribution = distributionOf(path);
  return distribution === undefined || distribution.isOwn === true;
}

/** Whatever the distributions bring whose programs or modules the image starts, with the modules of their scripts. */
function startedModules(subject: ShrinkSubject): string[] {
  const started = startedPrograms(subject);
  return subject.distributions.flatMap(({ modules, files, entryPoints }) => {
    const scripts = files
      .filter((path) => /(?:^|\/)bin\/[^/]+$/.test(path))
      .map((path) => posix.basename(path));
    const names = [...modules, ...scripts, ...(entryPoints['console_scripts'] ?? [])];
    return names.some((name) => started.has(name))
      ? modules.flatMap((module) => [module, `${module}.__main__`, `${module}.main`, `${module}.cli`])
      : [];
  });
}
