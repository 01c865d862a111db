import { posix } from 'node:path';
import type { InstallerNeeds } from '../dockerfile/index.ts';
import type { Project, ProjectText } from '../project/index.ts';
import type { PythonImport, PythonSource } from '../python/index.ts';
import { buildCommands, startCommands, startedScripts } from './needed-commands.ts';
import type { ProjectStudy } from './study-project.ts';

/** A list of words may be put together far from its call, so that calls are looked for in the text: `cmd = [sys.executable, "-m", "pip"]`. */
const pipCall =
  /["']-m["']\s*,\s*["']pip["']|["'](?:[^"']*\s)?-m\s+pip\b|["']pip[\d.]*["']\s*,|\b(?:system|popen|Popen|run|call|check_call|check_output|getoutput)\([^)]*["'][^"']*\bpip[\d.]* /;
const pipWord = /(?:^|[\s;&|(`"'/])pip[\d.]*(?=$|[\s;&|)`"'])/;
const setupModules: ReadonlySet<string> = new Set(['setuptools', 'pkg_resources', 'distutils', 'wheel']);

/** What of the project needs pip, setuptools or wheel in the running container: its requirements, what it starts, its sources, its scripts. */
export function installerNeeds(
  project: Project,
  study: ProjectStudy,
  requested: ReadonlySet<string>,
): InstallerNeeds {
  const texts = project.texts.pythonSources.filter(
    ({ path, isInContext }) => isInContext && posix.basename(path) !== 'setup.py',
  );
  const paths = new Set(texts.map(({ path }) => path));
  const sources = study.sources.files.filter(({ path }) => paths.has(path));
  const imported = sources.flatMap(({ imports }) => imports.map(topLevelName));
  const listed = ['setuptools', 'wheel'].filter((name) => requested.has(name));
  return {
    pip: requested.has('pip') ? 'the requirements name it' : pipPlace(project, sources, texts),
    modules: [...new Set([...listed, ...imported.filter((name) => setupModules.has(name))])].toSorted(),
  };
}

function topLevelName({ module }: PythonImport): string {
  return module.split('.')[0] ?? module;
}

/** The first place that imports or calls it: sources, a script that the image starts or a step of the build runs; or that it is what starts. */
function pipPlace(
  project: Project,
  sources: readonly PythonSource[],
  texts: readonly ProjectText[],
): string | undefined {
  const called = buildCommands(project);
  const scripts = project.texts.shellScripts.filter(({ path }) => called.has(posix.basename(path)));
  const isStarted = [...startCommands(project)].some((word) => /^pip[\d.]*$/.test(word));
  return (
    firstImport(sources) ??
    firstPlace(texts, (line) => pipCall.test(line)) ??
    firstPlace([...startedScripts(project), ...scripts], (line) => pipWord.test(line)) ??
    (isStarted ? 'the container starts it' : undefined)
  );
}

function firstImport(sources: readonly PythonSource[]): string | undefined {
  for (const { path, imports } of sources) {
    const found = imports.find((one) => topLevelName(one) === 'pip');
    if (found !== undefined) return `${path}:${found.line} needs it`;
  }
  return undefined;
}

function firstPlace(texts: readonly ProjectText[], needs: (line: string) => boolean): string | undefined {
  for (const { path, text } of texts) {
    const at = text.split('\n').findIndex((line) => !line.trimStart().startsWith('#') && needs(line));
    if (at !== -1) return `${path}:${at + 1} needs it`;
  }
  return undefined;
}
