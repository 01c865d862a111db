import type { DockerfileModel, Instruction } from '../dockerfile/index.ts';
import { type AptInstall, aptAction, readAptInstall } from '../dockerfile/index.ts';
import { copiedBytes, type SentFile } from './copied-bytes.ts';
import type { ForecastRequest, ForecastWarning } from './forecast.ts';
import { filledStages, type InstalledStages } from './installed-stages.ts';
import { type PipSteps, readPipSteps } from './pip-steps.ts';
import type { ReadText } from './read-text.ts';
import { isUnreadInstall, unreadInstalls } from './unread-installs.ts';

/** A forecast's request without what the Dockerfile does not tell. */
export type DockerfileForecastFacts = Omit<ForecastRequest, 'architecture'>;

/**
 * What a Dockerfile's target stage is made of, as far as sizes depend on it: base, Debian packages, the requirements that are
 * installed in it or in a stage whose environment it copies, and how. `readText` gives a file of the build context, or undefined;
 * `sentFiles` are those that are sent.
 * What cannot be told is in `missing` where it may be large, else in `unmeasured`.
 */
export async function describeDockerfileForForecast(
  model: DockerfileModel,
  options: { readonly readText: ReadText; readonly sentFiles: readonly SentFile[] },
): Promise<DockerfileForecastFacts> {
  const stages = filledStages(model);
  const apt = readApt(stages.own);
  const pip = await readPipSteps(stages, model, options.readText);
  const last = pip.steps.at(-1);
  return {
    baseReference: stages.base,
    aptPackages: apt.packages,
    aptWithRecommends: apt.withRecommends,
    keepsAptLists: apt.keepsLists,
    requirements: last?.requirements ?? [],
    constraints: last?.constraints ?? [],
    indexes: last?.indexes ?? {},
    ...(last?.isComplete === true && { isComplete: true }),
    ...(pip.steps.length > 1 && { earlierInstalls: pip.steps.slice(0, -1) }),
    contextBytes: copiedBytes(stages.own, options.sentFiles),
    python: readInstallation(stages, pip),
    missing: [...pip.missing, ...unreadInstalls(stages)],
    unmeasured: unmeasuredRuns(stages.own),
  };
}

interface AptFacts {
  readonly packages: readonly string[];
  readonly withRecommends: boolean;
  readonly keepsLists: boolean;
}

function readApt(instructions: readonly Instruction[]): AptFacts {
  const runs = instructions.filter((one) => one.syntax.keyword === 'run');
  const installs = runs.flatMap((run) =>
    (run.commands ?? []).flatMap((command) => readAptInstall(command) ?? []),
  );
  return {
    packages: [...new Set(installs.flatMap((install) => install.packages.map((one) => one.name)))].filter(
      (name) => !name.startsWith('$'),
    ),
    withRecommends: installs.some((install) => !isWithoutRecommends(install)),
    keepsLists: runs.some(leavesLists),
  };
}

function isWithoutRecommends({ options, command }: AptInstall): boolean {
  return (
    options.includes('--no-install-recommends') ||
    command.words.some((word) => /APT::Install-Recommends=(0|false|no)/i.test(word))
  );
}

function leavesLists(run: Instruction): boolean {
  const updates = run.commands?.some((command) => aptAction(command) === 'update') === true;
  const mounted = run.syntax.flags.some(
    (flag) => flag.name === 'mount' && /target=\/var\/lib\/apt|dst=\/var\/lib\/apt/.test(flag.value ?? ''),
  );
  return updates && !mounted && !/rm\s.*\/var\/lib\/apt|dist-clean/s.test(run.syntax.value);
}

function readInstallation(stages: InstalledStages, pip: PipSteps): ForecastRequest['python'] {
  const runs = [...stages.own, ...stages.builders].filter((one) => one.syntax.keyword === 'run');
  const pruned = runs
    .filter((run) => run.syntax.value.includes('prune-site-packages'))
    .map((run) => run.syntax.value)
    .join(' ');
  const imports = runs.some((run) =>
    run.commands?.some((command) => command.words.includes('-c') && command.words.some(startsWithImport)),
  );
  const rest = imports ? 'traced' : 'none';
  return {
    bytecode: pip.compilesAll ? 'all' : rest,
    withoutTests: pruned.includes('--tests'),
    withoutHeaders: pruned.includes('--headers'),
    isStripped: pruned.includes('--strip'),
    hasOwnPip: hasOwnPip(runs) || pip.seedsEnvironment,
    keepsSeeds: pip.keepsSeeds,
    buildsProject: pip.buildsProject,
    leavesOwnBytecode: ownBytecode(stages.own),
    keepsPipCache: pip.keepsCache,
    ...(pip.keepsWheels && { keepsWheels: true }),
  };
}

/** `python -m venv` and `virtualenv`, unless they are told to leave pip out. */
function hasOwnPip(runs: readonly Instruction[]): boolean {
  return runs.some((run) =>
    run.commands?.some(({ words }) => {
      const isVenv = words.some((word, at) => word === 'venv' && words[at - 1] === '-m');
      const makes = isVenv || words.some((word) => /^(.*\/)?virtualenv$/.test(word));
      return makes && !words.some((word) => word === '--without-pip' || word === '--no-pip');
    }),
  );
}

/** The official images bring their standard library and pip without bytecode: whoever runs them as root leaves it in the layer. */
function ownBytecode(own: readonly Instruction[]): 'pip' | 'python' | 'none' {
  const writing = own.filter(
    ({ syntax, before }) =>
      syntax.keyword === 'run' &&
      /^$|^root$|^0$/.test(before.user ?? '') &&
      !(before.variables['PYTHONDONTWRITEBYTECODE'] ?? ''),
  );
  const runs = (program: RegExp): boolean =>
    writing.some(({ commands }) =>
      commands?.some(({ words }) => program.test((words[0] === 'sudo' ? words[1] : words[0]) ?? '')),
    );
  if (runs(/^(.*\/)?pip[\d.]*$/)) return 'pip';
  const isPipModule = writing.some(({ commands }) =>
    commands?.some(({ words }) => words.some((word, at) => word === 'pip' && words[at - 1] === '-m')),
  );
  if (isPipModule) return 'pip';
  return runs(/^(.*\/)?python[\d.]*$/) ? 'python' : 'none';
}

function startsWithImport(word: string): boolean {
  return /^(import|from)\s/.test(word);
}

/** Programs that write next to nothing, or what is counted elsewhere. */
const weightless = new Set([
  'apt-get', 'apt', 'pip', 'pip3', 'uv', 'poetry', 'pdm', 'pipenv', 'mkdir', 'rm', 'rmdir', 'cd', 'ln', 'echo', 'printf', 'set', 'export', 'true', 'useradd',
  'groupadd', 'adduser', 'addgroup', 'usermod', 'touch', 'test', '[', 'ldconfig', 'chmod', 'sleep', 'exit', 'which', 'cat', 'find',
  'update-ca-certificates', 'dpkg-reconfigure', 'ls', 'strip', 'unset', 'if', ':', 'hash', 'command', 'type', 'umask', 'source', '.',
]); // biome-ignore format: a table

function unmeasuredRuns(instructions: readonly Instruction[]): ForecastWarning[] {
  return instructions.flatMap((one): ForecastWarning[] => {
    const { keyword, value, startLine: line } = one.syntax;
    if (keyword === 'add' && /https?:|git@/.test(value))
      return [{ text: 'what ADD fetches from elsewhere is not part of the forecast', line }];
    if (keyword !== 'run') return [];
    if (one.commands === undefined)
      return [{ text: 'what this RUN writes is not part of the forecast', line }];
    const heavy = one.commands.find(({ words }) => !isWeightless(words) && !isUnreadInstall(words));
    if (heavy === undefined) return [];
    const words = heavy.words.join(' ');
    const shown = words.length > 60 ? `${words.slice(0, 57)}...` : words;
    return [{ text: `what \`${shown}\` writes is not part of the forecast`, line }];
  });
}

function isWeightless(words: readonly string[]): boolean {
  const program = (words[0] === 'sudo' ? words[1] : words[0])?.split('/').pop() ?? '';
  if (weightless.has(program) || /^pip3?(\.\d+)?$/.test(program)) return true;
  if (!/^python3?(\.\d+)?$/.test(program)) return program === '';
  return (
    words.some((word) => ['venv', 'pip', 'ensurepip'].includes(word)) ||
    words.some(startsWithImport) ||
    words.some((word) => word.includes('prune-site-packages'))
  );
}
