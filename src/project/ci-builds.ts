import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { parseDocument } from 'yaml';
import { isRecord } from '../base/index.ts';
import { readBuildCommand, splitScript } from './build-command.ts';

/** An image build that a CI pipeline does. */
export interface CiBuild {
  /** The pipeline's file, relative to the repository: `.github/workflows/release.yml`. */
  readonly place: string;
  /** Absolute path of the build context. */
  readonly context: string;
  /** Absolute path of the Dockerfile. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly isPushed: boolean;
  /** Names of further contexts, which FROM and COPY --from may use. */
  readonly contextNames: readonly string[];
  /** Where it stands. */
  readonly step: CiStep;
}

/** A step of a pipeline that builds an image. */
export interface CiStep {
  /** Absolute path of the pipeline's file, and its text. */
  readonly file: string;
  readonly text: string;
  /** Keys and positions from the root of the file to the map that has `uses`, `run` or `script`. */
  readonly path: readonly (string | number)[];
  /** `docker/build-push-action`, a command in a script, or a builder whose caches are not known here. */
  readonly form: 'action' | 'buildx' | 'docker' | 'other';
  /** Whether it says which cache to use, or to use none. */
  readonly hasCache: boolean;
  /** Of a command: whether it says where the image goes. */
  readonly hasOutput: boolean;
}

const pipelines = [
  '.gitlab-ci.yml',
  '.gitlab-ci.yaml',
  '.circleci/config.yml',
  'bitbucket-pipelines.yml',
  'azure-pipelines.yml',
  'cloudbuild.yaml',
];

/**
 * The builds of a project's repository in GitHub Actions (`docker/build-push-action` and `run`), GitLab CI and others whose scripts call
 * `docker build` or Kaniko. What a variable hides, and a pipeline that is no YAML, tells nothing.
 */
export async function readCiBuilds(directory: string): Promise<readonly CiBuild[]> {
  const root = await repositoryOf(directory);
  const workflows = await readdir(join(root, '.github/workflows')).catch(() => []);
  const files = [
    ...workflows.filter((name) => /\.ya?ml$/.test(name)).map((name) => `.github/workflows/${name}`),
    ...pipelines,
  ];
  const builds = await Promise.all(
    files.map(async (place) => {
      const text = await readFile(join(root, place), 'utf8').catch(() => undefined);
      if (text === undefined) return [];
      const document = parseDocument(text, { merge: true, logLevel: 'silent' });
      if (document.errors.length > 0) return [];
      const content: unknown = document.toJS();
      const pipeline = { file: join(root, place), text };
      return buildsIn(content, { place, root, cwd: root, variables: new Map(), pipeline, path: [] });
    }),
  );
  return builds.flat();
}

/** The nearest directory above with a `.git`, or the directory itself. */
export async function repositoryOf(directory: string): Promise<string> {
  for (let at = directory; ; at = dirname(at)) {
    const found = await stat(join(at, '.git')).catch(() => undefined);
    if (found !== undefined) return at;
    if (dirname(at) === at) return directory;
  }
}

interface Surroundings {
  readonly place: string;
  readonly root: string;
  readonly cwd: string;
  /** What `$NAME` and `${{ matrix.NAME }}` stand for. */
  readonly variables: ReadonlyMap<string, string>;
  readonly pipeline: Pick<CiStep, 'file' | 'text'>;
  readonly path: CiStep['path'];
}

/** Walks a pipeline: steps, scripts, and the variables and matrices around them. */
function buildsIn(node: unknown, outer: Surroundings): CiBuild[] {
  const below = (place: Surroundings, key: string | number): Surroundings => ({
    ...place,
    path: [...place.path, key],
  });
  if (Array.isArray(node)) return node.flatMap((one: unknown, at) => buildsIn(one, below(outer, at)));
  if (!isRecord(node)) return [];
  return variants(node, outer).flatMap((around) => [
    ...actionBuild(node, around),
    ...scriptsOf(node).flatMap((script) => scriptBuilds(script, around)),
    ...Object.entries(node)
      .filter(([key]) => !scriptKeys.has(key) && key !== 'with')
      .flatMap(([key, value]) => buildsIn(value, below(around, key))),
  ]);
}

const scriptKeys = new Set(['run', 'script', 'before_script', 'after_script', 'command', 'bash']);

function scriptsOf(node: Readonly<Record<string, unknown>>): string[] {
  return [...scriptKeys].flatMap((key) => {
    const value = node[key];
    if (typeof value === 'string') return [value];
    return Array.isArray(value)
      ? [
          value
            .flat(2)
            .filter((one) => typeof one === 'string')
            .join('\n'),
        ]
      : [];
  });
}

/** The surroundings inside of a node: its variables and working directory, one for each row of its matrix. */
function variants(node: Readonly<Record<string, unknown>>, outer: Surroundings): Surroundings[] {
  const own = isRecord(node['variables'])
    ? scalars(node['variables'])
    : isRecord(node['env'])
      ? scalars(node['env'])
      : [];
  const defaults =
    isRecord(node['defaults']) && isRecord(node['defaults']['run']) ? node['defaults']['run'] : {};
  const folder = node['working-directory'] ?? defaults['working-directory'];
  const base: Surroundings = {
    ...outer,
    cwd: typeof folder === 'string' && !folder.includes('$') ? resolve(outer.root, folder) : outer.cwd,
    variables: new Map([...outer.variables, ...own]),
  };
  const strategy = node['strategy'];
  const matrix = isRecord(strategy) && isRecord(strategy['matrix']) ? strategy['matrix'] : undefined;
  if (matrix === undefined) return [base];
  return matrixRows(matrix).map((row) => ({
    ...base,
    variables: new Map([
      ...base.variables,
      ...row.map(([name, value]) => [`matrix.${name}`, value] as const),
    ]),
  }));
}

type Row = readonly (readonly [name: string, value: string])[];
const mostRows = 64;

function matrixRows(matrix: Readonly<Record<string, unknown>>): readonly Row[] {
  const include = Array.isArray(matrix['include']) ? matrix['include'].filter(isRecord).map(scalars) : [];
  let rows: readonly Row[] = [[]];
  for (const [name, values] of Object.entries(matrix)) {
    if (name === 'include' || name === 'exclude' || !Array.isArray(values)) continue;
    const cells = values.map(
      (value: unknown): Row =>
        isRecord(value)
          ? scalars(value).map(([key, text]) => [`${name}.${key}`, text] as const)
          : [[name, String(value)]],
    );
    rows = rows.flatMap((row) => cells.map((cell) => [...row, ...cell])).slice(0, mostRows);
  }
  const product = rows.length === 1 && rows[0]?.length === 0 ? [] : rows;
  const all = [...product, ...include];
  return all.length === 0 ? [[]] : all;
}

function scalars(record: Readonly<Record<string, unknown>>): Row {
  return Object.entries(record).flatMap(([name, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)] as const] : [],
  );
}

/** `uses: docker/build-push-action@v6` with its `context`, `file` and `target`; both paths are relative to the repository. */
function actionBuild(node: Readonly<Record<string, unknown>>, around: Surroundings): CiBuild[] {
  const uses = node['uses'];
  if (typeof uses !== 'string' || !/^docker\/build-push-action@/.test(uses)) return [];
  const given = isRecord(node['with']) ? new Map(scalars(node['with'])) : new Map<string, string>();
  const value = (name: string): string | undefined => {
    const text = given.get(name);
    return text === undefined || text === '' ? undefined : filled(text, around);
  };
  const context = (value('context') ?? '.').replace(/^\{\{\s*defaultContext\s*\}\}:?/, '') || '.';
  const [file, target] = [value('file'), value('target')];
  if ([context, file, target].some((one) => one?.includes('$') === true) || /^https?:|^git@/.test(context))
    return [];
  const folder = resolve(around.root, context);
  return [
    {
      place: around.place,
      context: folder,
      dockerfile: file === undefined ? join(folder, 'Dockerfile') : resolve(around.root, file),
      target,
      isPushed: !['', 'false'].includes(given.get('push') ?? ''),
      contextNames: (given.get('build-contexts') ?? '')
        .split(/[\n,]/)
        .flatMap((line) => (line.includes('=') ? [line.slice(0, line.indexOf('=')).trim()] : [])),
      step: {
        ...around.pipeline,
        path: around.path,
        form: 'action',
        hasCache: ['cache-from', 'cache-to', 'no-cache'].some((name) => given.has(name)),
        hasOutput: true,
      },
    },
  ];
}

function scriptBuilds(script: string, around: Surroundings): CiBuild[] {
  let { cwd } = around;
  const isPushed = /\b(docker|podman|buildah)( image)? push\b/.test(script);
  return splitScript(filled(script, around)).flatMap((words): CiBuild[] => {
    if (words[0] === 'cd' && words[1] !== undefined && !words[1].includes('$')) cwd = resolve(cwd, words[1]);
    const build = readBuildCommand(words);
    if (build?.context === undefined || build.isHidden) return [];
    const context = resolve(cwd, build.context);
    return [
      {
        place: around.place,
        context,
        dockerfile:
          build.dockerfile === undefined
            ? join(context, 'Dockerfile')
            : resolve(build.isRelativeToContext ? context : cwd, build.dockerfile),
        target: build.target,
        isPushed: isPushed || build.isPushed,
        contextNames: build.contextNames,
        step: {
          ...around.pipeline,
          path: around.path,
          form: build.form,
          hasCache: build.hasCacheOption,
          hasOutput: build.hasOutput,
        },
      },
    ];
  });
}

/** The text with known variables filled in; `$NAME`, `${NAME}` and `${{ … }}` of others stay, without spaces. */
function filled(text: string, { variables, root }: Surroundings): string {
  return text
    .replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_all, name: string) => {
      if (name === 'github.workspace') return root;
      return variables.get(name) ?? variables.get(name.replace(/^env\./, '')) ?? '$UNKNOWN';
    })
    .replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? '';
      if (/^(CI_PROJECT_DIR|GITHUB_WORKSPACE|BITBUCKET_CLONE_DIR)$/.test(name)) return root;
      return variables.get(name) ?? all;
    });
}

/** A path for the user: relative to the directory, with `/`. */
export function shownPath(directory: string, path: string): string {
  const shown = relative(directory, path).split(sep).join(posix.sep);
  return shown === '' ? '.' : shown;
}
