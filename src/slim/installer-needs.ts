import { posix } from 'node:path';
import type { InstallerNeeds } from '../dockerfile/index.ts';
import type { Project, ProjectText } from '../project/index.ts';
import { buildCommands, startCommands, startedScripts } from './needed-commands.ts';

const pipImport = /^\s*(?:import|from)\s+pip\b|\b(?:import_module|__import__)\(\s*["']pip\b/;
const pipCall =
  /["']-m["']\s*,\s*["']pip["']|["'](?:[^"']*\s)?-m\s+pip\b|["']pip[\d.]*["']\s*,|\b(?:system|popen|Popen|run|call|check_call|check_output|getoutput)\([^)]*["'][^"']*\bpip[\d.]* /;
const pipWord = /(?:^|[\s;&|(`"'/])pip[\d.]*(?=$|[\s;&|)`"'])/;
const setupModules =
  /^\s*(?:import|from)\s+(setuptools|pkg_resources|distutils|wheel)\b|\b(?:import_module|__import__)\(\s*["'](setuptools|pkg_resources|distutils|wheel)\b/;

/** What of the project needs pip, setuptools or wheel in the running container: its requirements, what it starts, its sources, its scripts. */
export function installerNeeds(project: Project, requested: ReadonlySet<string>): InstallerNeeds {
  const sources = project.texts.pythonSources.filter(
    ({ path, isInContext }) => isInContext && posix.basename(path) !== 'setup.py',
  );
  const modules = sources.flatMap(({ text }) =>
    text.split('\n').flatMap((line) => {
      const [, imported, loaded] = setupModules.exec(line) ?? [];
      return imported ?? loaded ?? [];
    }),
  );
  const listed = ['setuptools', 'wheel'].filter((name) => requested.has(name));
  return {
    pip: requested.has('pip') ? 'the requirements name it' : pipPlace(project, sources),
    modules: [...new Set([...listed, ...modules])].toSorted(),
  };
}

/** The first place that imports or calls it: sources, a script that the image starts or a step of the build runs; or that it is what starts. */
function pipPlace(project: Project, sources: readonly ProjectText[]): string | undefined {
  const called = buildCommands(project);
  const scripts = project.texts.shellScripts.filter(({ path }) => called.has(posix.basename(path)));
  const isStarted = [...startCommands(project)].some((word) => /^pip[\d.]*$/.test(word));
  return (
    firstPlace(sources, (line) => pipImport.test(line) || pipCall.test(line)) ??
    firstPlace([...startedScripts(project), ...scripts], (line) => pipWord.test(line)) ??
    (isStarted ? 'the container starts it' : undefined)
  );
}

function firstPlace(texts: readonly ProjectText[], needs: (line: string) => boolean): string | undefined {
  for (const { path, text } of texts) {
    const at = text.split('\n').findIndex((line) => !line.trimStart().startsWith('#') && needs(line));
    if (at !== -1) return `${path}:${at + 1} needs it`;
  }
  return undefined;
}
