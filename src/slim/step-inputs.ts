import { posix } from 'node:path';
import { readContextCopy, type StepInputs } from '../dockerfile/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { Project } from '../project/index.ts';
import { type PythonSource, reachableFrom } from '../python/index.ts';
import type { ProjectStudy } from './study-project.ts';

/** What could change what a script does without an error, when a file of the project is not there: a reason for each. */
const signs: readonly (readonly [sign: RegExp, because: string])[] = [
  [
    /\b(importlib|__import__|runpy|pkgutil|pkg_resources)\b|\b(exec|eval)\s*\(/,
    'may load code by a computed name',
  ],
  [
    /\b(glob|rglob|iglob|iterdir|listdir|scandir|walk|ImageFolder|DatasetFolder)\s*\(/,
    'lists what is in a folder',
  ],
  [
    /\b(exists|lexists|isfile|isdir|is_file|is_dir|access|find_dotenv|load_dotenv)\s*\(/,
    'asks whether something is there',
  ],
  [
    /\b(FileNotFoundError|OSError|IOError|EnvironmentError|suppress)\b|\bexcept\s*:|\bexcept\s+(\(.*)?(Base)?Exception\b/,
    'goes on when something is missing',
  ],
  [
    /\b(ConfigParser|BaseSettings|SettingsConfigDict|from_pretrained|load_dataset|hf_hub_download|snapshot_download|basicConfig\(\s*filename)\b/,
    'may read something else where a file is missing',
  ],
  [
    /^\s*(from|import)\s+(dotenv|environs|decouple|dynaconf|hydra|django|dvc|kedro|git|matplotlib|seaborn|scrapy|luigi|prefect)\b/m,
    'imports what reads files of the working directory by itself',
  ],
];

/** For each script that a RUN starts, what of the project it reads; with a reason where that is not certain. */
export function stepInputsOf(project: Project, study: ProjectStudy): ReadonlyMap<string, StepInputs> {
  const texts = new Map(project.texts.pythonSources.map(({ path, text }) => [path, text]));
  const scripts = study.application.buildSources.filter(({ path }) => path.endsWith('.py'));
  return new Map(
    scripts.map(({ path }) => {
      const sources = reachableFrom(study.sources, [path]);
      return [path, inputsOf(sources, { project, texts })] as const;
    }),
  );
}

interface Reading {
  readonly project: Project;
  readonly texts: ReadonlyMap<string, string>;
}

function inputsOf(sources: readonly PythonSource[], { project, texts }: Reading): StepInputs {
  const because = sources.map((source) => doubtAbout(source, texts.get(source.path) ?? '')).find(Boolean);
  const files = project.context.files.map(({ path }) => path);
  const known = new Set(files.flatMap(selfAndFolders));
  const literals = sources.flatMap((source) => literalsOf(source, texts.get(source.path) ?? ''));
  const named = literals.flatMap(({ text, source }) =>
    [posix.normalize(text), posix.join(posix.dirname(source.path), text)]
      .map((path) => path.replace(/(.)\/$/, '$1'))
      .filter((path) => path !== '.' && known.has(path)),
  );
  const all = new Set([...sources.map(({ path }) => path), ...named]);
  const paths = [...all]
    .filter(
      (path) =>
        !selfAndFolders(path)
          .slice(1)
          .some((folder) => all.has(folder)),
    )
    .sort();
  const isInside = (path: string): boolean => selfAndFolders(path).some((one) => paths.includes(one));
  const elsewhere = literals.find(({ text }) =>
    files.some((path) => !isInside(path) && posix.basename(path) === posix.basename(text)),
  );
  const odd = paths.find((path) => !/^[\w./@+-]+$/.test(path));
  const computed = elsewhere && `${elsewhere.source.path} names ${elsewhere.text}, whose folder it computes`;
  return { paths, because: because ?? computed ?? (odd && `the name of ${odd} would have to be quoted`) };
}

function doubtAbout({ path, hasSyntaxErrors, commands }: PythonSource, text: string): string | undefined {
  if (hasSyntaxErrors) return `${path} could not be read whole`;
  if (commands.length > 0) return `${path}:${commands[0]?.line} starts another program`;
  const found = signs.find(([sign]) => sign.test(text));
  return found && `${path} ${found[1]}`;
}

/** Texts in quotes on one line, and what is a path by the syntax tree. */
function literalsOf(
  source: PythonSource,
  text: string,
): { readonly text: string; readonly source: PythonSource }[] {
  const quoted = [...text.matchAll(/(["'])([^"'\\\n]{1,200})\1/g)].map((match) => match[2] ?? '');
  const all = new Set([...quoted, ...source.pathStrings.map((one) => one.text)]);
  return [...all].filter((one) => !one.includes('*')).map((one) => ({ text: one, source }));
}

/** `data/raw/x.csv` → itself, `data/raw`, `data`. */
function selfAndFolders(path: string): string[] {
  const steps = path.split('/');
  return steps.map((_, at) => steps.slice(0, steps.length - at).join('/'));
}

/**
 * The files of the build context that a later step of the fat image has changed, replaced or removed where the COPY of the whole context had
 * brought them.
 */
export function touchedFiles(project: Project, root: RootFileSystem): readonly string[] {
  const { stages, target } = project.dockerfile.model;
  const copy = (stages[target]?.instructions ?? [])
    .flatMap((one) => readContextCopy(one) ?? [])
    .find(({ sources }) => sources.includes('.'));
  if (copy === undefined) return [];
  const layerOf = (path: string): number | undefined =>
    root.placeOf(posix.join(copy.destination, path).slice(1))?.layer;
  const layers = project.context.files.map(({ path }) => [path, layerOf(path)] as const);
  const counts = Map.groupBy(layers, ([, layer]) => layer);
  const [brought] = [...counts].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [];
  return layers.filter(([, layer]) => layer === undefined || layer !== brought).map(([path]) => path);
}
