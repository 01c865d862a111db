import { posix } from 'node:path';
import { readContextCopy, type StepInputs } from '../dockerfile/index.ts';
import type { RootFileSystem } from '../filetree/index.ts';
import type { Project } from '../project/index.ts';
import { foreignImports, type PythonSource, reachableFrom } from '../python/index.ts';
import type { ProjectStudy } from './study-project.ts';

/** What could change what a script does without an error, when a file of the project is not there: a reason for each. */
const signs: readonly (readonly [sign: RegExp, because: string])[] = [
  [
    /\b(importlib|__import__|runpy|pkgutil|pkg_resources)\b|(?<![.\w])(exec|eval)\s*\(/,
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
  [/\b(ConfigParser|BaseSettings|SettingsConfigDict)\b/, 'may read something else where a file is missing'],
  [
    /^\s*(from|import)\s+(dotenv|environs|decouple|dynaconf|hydra|django|dvc|kedro|git|matplotlib|seaborn|scrapy|luigi|prefect)\b/m,
    'imports what reads files of the working directory by itself',
  ],
];

/** For each script that a RUN starts, what of the project it reads; with a reason where that is not certain. */
export function stepInputsOf(project: Project, study: ProjectStudy): ReadonlyMap<string, StepInputs> {
  const texts = new Map(project.texts.pythonSources.map(({ path, text }) => [path, text]));
  const scripts = study.application.buildSources.filter(({ path }) => path.endsWith('.py'));
  const known = new Set(
    scripts.length === 0 ? [] : project.context.files.flatMap(({ path }) => selfAndFolders(path)),
  );
  return new Map(
    scripts.map(({ path }) => {
      // Started with `-m`, it imports the packages that it lies in.
      const module = path.replace(/(\/__main__)?\.py$/, '').replaceAll('/', '.');
      const packages = selfAndFolders(path)
        .slice(1)
        .map((folder) => `${folder}/__init__.py`);
      const sources = reachableFrom(study.sources, [path, ...packages]);
      return [path, inputsOf({ path, module, sources }, { project, study, texts, known })] as const;
    }),
  );
}

interface Reading {
  readonly project: Project;
  readonly study: ProjectStudy;
  readonly texts: ReadonlyMap<string, string>;
  /** Files and folders of the build context. */
  readonly known: ReadonlySet<string>;
}

/** A script with all that it imports of the project. */
interface Script {
  readonly path: string;
  /** Its dotted name, by which `-m` starts it. */
  readonly module: string;
  readonly sources: readonly PythonSource[];
}

function inputsOf(
  { path: script, module, sources }: Script,
  { project, study, texts, known }: Reading,
): StepInputs {
  const because = sources.map((source) => doubtAbout(source, texts.get(source.path) ?? '')).find(Boolean);
  const literals = [
    ...sources.flatMap(({ path }) => literalsOf(path, texts.get(path) ?? '')),
    ...variablesOf(project.dockerfile.text).map((text) => ({ text, place: project.dockerfile.path })),
    ...argumentsOf(project, [posix.basename(script), module]).map((text) => ({
      text,
      place: project.dockerfile.path,
    })),
    ...sources.flatMap(({ path, pathStrings }) => pathStrings.map(({ text }) => ({ text, place: path }))),
  ];
  const found = literals.map((literal) => ({
    ...literal,
    paths: pathsOf(literal).filter((path) => known.has(path)),
  }));
  const named = found.flatMap((literal) => literal.paths);
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
  // A folder's name may stand for it, too.
  const outside = new Set([...known].filter((path) => !isInside(path)).map((path) => posix.basename(path)));
  const elsewhere = found.find(
    (literal) => literal.paths.length === 0 && outside.has(posix.basename(literal.text)),
  );
  const odd = paths.find((path) => !/^[\w./@+-]+$/.test(path));
  const computed = elsewhere && `${elsewhere.place} names ${elsewhere.text}, whose folder it computes`;
  const modules = [...foreignImports(study.sources, sources).keys()];
  return {
    paths,
    modules,
    because: because ?? computed ?? (odd && `the name of ${odd} would have to be quoted`),
  };
}

function doubtAbout({ path, hasSyntaxErrors, commands }: PythonSource, text: string): string | undefined {
  if (hasSyntaxErrors) return `${path} could not be read whole`;
  if (commands.length > 0) return `${path}:${commands[0]?.line} starts another program`;
  const found = signs.find(([sign]) => sign.test(text));
  return found && `${path} ${found[1]}`;
}

/** A text that may be a path, and the file where it stands. */
interface Literal {
  readonly text: string;
  readonly place: string;
}

/** Texts in quotes on one line. */
function literalsOf(place: string, text: string): Literal[] {
  return [...text.matchAll(/(["'])([^"'\\\n]{1,200})\1/g)].map((match) => ({ text: match[2] ?? '', place }));
}

/** Values of ENV and ARG, which a script may take a path from. */
function variablesOf(dockerfile: string): string[] {
  const declared = [...dockerfile.matchAll(/^\s*(?:ENV|ARG)\s+(.*)$/gim)].map((match) => match[1] ?? '');
  return declared.flatMap((line) => line.split(/[\s="']+/)).filter((word) => word !== '');
}

/** Words of the commands that start a script: `--data=data/raw.csv` → `data/raw.csv`. */
function argumentsOf({ dockerfile }: Project, names: readonly string[]): string[] {
  const commands = dockerfile.model.stages.flatMap(({ instructions }) =>
    instructions.flatMap((one) => one.commands ?? []),
  );
  return commands
    .filter(({ words }) => words.some((word) => names.includes(posix.basename(word))))
    .flatMap(({ words }) => words.flatMap((word) => word.split('=')))
    .filter((word) => word !== '' && !names.includes(posix.basename(word)));
}

/** From the working directory or beside the file; of a text with holes (`data/{name}.csv`, `data/*.csv`) the folder in front of them. */
function pathsOf({ text, place }: Literal): string[] {
  const constant = text.replace(/[^/]*[*{].*$/, '');
  return [posix.normalize(constant), posix.join(posix.dirname(place), constant)]
    .map((path) => path.replace(/(.)\/$/, '$1'))
    .filter((path) => path !== '.');
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
