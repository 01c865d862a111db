import { readAptInstall } from '../apt-command.ts';
import type { Instruction } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { programOf } from '../programs.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import { cacheTargets } from '../run-mounts.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';
import { ancestors, aptMount, withoutAptCleaning } from './apt-mounts.ts';
import { userOf } from './base-user.ts';
import { stuckTargets, withoutRemoval } from './cache-removal.ts';
import { cacheSwitches, withoutVariable } from './cache-variables.ts';
import { hiddenInstalls } from './hidden-installs.ts';
import {
  type CachingProgram,
  cachingPrograms,
  hasOwnCache,
  mayUsePip,
  pythonCache,
} from './python-caches.ts';
import { removeLinks } from './remove-links.ts';
import { removeWords } from './remove-words.ts';
import { leave, nothingToDo, type ResolvedDockerfile, type Rewrite } from './rewrite.ts';
import { isToolCleaning, toolCacheTargets } from './tool-caches.ts';

/** Keeps what pip, uv, the other installers, npm and apt download between builds, outside the image: `RUN --mount=type=cache`. */
export const cacheMounts: Rewrite = {
  id: 'cache-mounts',
  title: 'Keep downloads between builds in cache mounts',
  risk: 'safe',
  propose(dockerfile, facts) {
    if (!facts.hasCacheMounts) return nothingToDo;
    const { syntax, model } = dockerfile;
    const instructions = model.stages.flatMap((stage) => stage.instructions);
    const runs = instructions.filter((one) => one.syntax.keyword === 'run');
    const obstacle = runs.some(needsCache) ? fileObstacle(syntax) : undefined;
    if (obstacle !== undefined) return leave(obstacle);
    const leftAlone: string[] = [];
    const kept = keptSwitches(dockerfile, leftAlone);
    const prepared = new Set<number>();
    const edits = runs.flatMap((run) => {
      const stage = model.stages[run.stage];
      const isPrepared =
        stage !== undefined && [stage, ...ancestors(stage, model)].some((one) => prepared.has(one.position));
      const plan = planRun(run, dockerfile, { kept, isPrepared });
      leftAlone.push(...plan.leftAlone);
      if (plan.isPrepared && stage !== undefined) prepared.add(stage.position);
      return plan.edits;
    });
    if (edits.length === 0) return { ...nothingToDo, leftAlone };
    // Where nothing of this file caches with the program, what is meant for whoever builds upon it stays.
    const used = new Set(instructions.flatMap(cachingPrograms));
    const variables = instructions.flatMap((one) =>
      (['pip', 'uv'] as const).flatMap((program) =>
        kept.has(program) || !used.has(program)
          ? []
          : withoutVariable(one, cacheSwitches[program], syntax.text),
      ),
    );
    return {
      edits: [...edits, ...variables],
      leftAlone,
      reason: 'a changed requirement downloads nothing but itself, and no cache ends up in a layer',
    };
  },
};

/** A frontend from before cache mounts, or a file for Windows containers. */
function fileObstacle(syntax: DockerfileSyntax): string | undefined {
  if (syntax.escape === '`')
    return 'the escape character is that of Windows containers, whose caches lie elsewhere';
  const frontend = syntax.directives.find(({ name }) => name === 'syntax')?.value ?? '';
  return /^docker\/dockerfile:1\.[01](\.\d+)?$/.test(frontend)
    ? `its frontend ${frontend} knows no cache mounts; docker/dockerfile:1 does`
    : undefined;
}

/** The switches that stay because a step that gets no mount would else leave its cache in a layer. */
function keptSwitches(
  { model, placeOf }: ResolvedDockerfile,
  leftAlone: string[],
): ReadonlySet<CachingProgram> {
  const kept = new Set<CachingProgram>();
  const instructions = model.stages.flatMap((stage) => stage.instructions);
  for (const program of ['pip', 'uv'] as const) {
    const name = cacheSwitches[program];
    const uncovered = instructions.find(
      (one) =>
        one.before.variables[name] !== undefined &&
        (mayUsePip(one) ||
          (cachingPrograms(one).includes(program) &&
            (userOf(one, model) !== undefined ||
              pythonCache(program, one) === undefined ||
              hasOwnCache(one, program)))),
    );
    if (uncovered === undefined) continue;
    kept.add(program);
    leftAlone.push(`${name} stays: ${placeOf(uncovered.syntax)} may need it, which gets no cache mount`);
  }
  return kept;
}

function needsCache(run: Instruction): boolean {
  return (run.commands ?? []).some(
    (command) =>
      readPipInstall(command) !== undefined ||
      readAptInstall(command) !== undefined ||
      readProjectInstall(command) !== undefined,
  );
}

interface RunPlan {
  readonly edits: readonly TextEdit[];
  readonly leftAlone: readonly string[];
  /** It makes apt keep its downloads, in this stage and all that grow from it. */
  readonly isPrepared: boolean;
}

interface RunContext {
  readonly kept: ReadonlySet<CachingProgram>;
  readonly isPrepared: boolean;
}

function planRun(
  run: Instruction,
  { syntax, model, placeOf }: ResolvedDockerfile,
  { kept, isPrepared }: RunContext,
): RunPlan {
  const { text } = syntax;
  const place = placeOf(run.syntax);
  const user = userOf(run, model);
  if (user !== undefined)
    return {
      edits: [],
      leftAlone: needsCache(run)
        ? [
            `${place}: runs as ${user}: a mount below its home would leave a folder there that belongs to root`,
          ]
        : [],
      isPrepared: false,
    };
  const apt = aptMount(run, model, isPrepared ? new Set([run.stage]) : new Set());
  const aptTargets = apt !== undefined && 'targets' in apt ? apt.targets : [];
  const preparation = apt !== undefined && 'targets' in apt ? apt.preparation : [];
  const python = pythonTargets(run, kept);
  const leftAlone = [
    ...hiddenInstalls(run).map((because) => `${place}: ${because}`),
    ...(apt !== undefined && 'because' in apt ? [`${place}: apt: ${apt.because}`] : []),
    ...python.leftAlone.map((because) => `${place}: ${because}`),
  ];
  const mounted = cacheTargets(run);
  const toolTargets = toolCacheTargets(run, text);
  const wanted = [...python.targets, ...aptTargets, ...toolTargets, ...npmTargets(run)].filter(
    (target, at, all) =>
      all.indexOf(target) === at && !mounted.some((one) => one === target || target.startsWith(`${one}/`)),
  );
  const stuck = stuckTargets(run, text, wanted);
  if (stuck.length > 0)
    return {
      edits: [],
      leftAlone: [
        ...leftAlone,
        `${place}: it removes ${stuck[0]} itself, which fails where a cache is mounted there`,
      ],
      isPrepared: false,
    };
  if (wanted.length === 0) return { edits: [], leftAlone, isPrepared: false };
  const edits = [
    mountsInFront(run, text, wanted, preparation),
    ...python.installs.flatMap(uncachedOptions),
    ...(aptTargets.length > 0 ? withoutAptCleaning(run, text) : []),
    ...withoutRemoval(run, text, wanted),
    ...removeLinks(
      run,
      text,
      (command) =>
        programOf(command) !== 'rm' &&
        ((toolTargets.length > 0 && isToolCleaning(command)) ||
          (python.targets.length > 0 && isPythonCleaning(command.words)) ||
          (wanted.includes(npmCache) && isNpmCleaning(command.words))),
    ),
    ...projectInstallOptions(run),
  ];
  return { edits, leftAlone, isPrepared: preparation.length > 0 };
}

interface PythonTargets {
  readonly targets: readonly string[];
  /** The installations that use them. */
  readonly installs: readonly PipInstall[];
  readonly leftAlone: readonly string[];
}

function pythonTargets(run: Instruction, kept: ReadonlySet<CachingProgram>): PythonTargets {
  const targets: string[] = [];
  const leftAlone: string[] = [];
  const covered = new Set<CachingProgram>();
  for (const program of cachingPrograms(run)) {
    const target = pythonCache(program, run);
    const isOff = kept.has(program) && run.before.variables[cacheSwitches[program]] !== undefined;
    if (isOff) continue;
    if (target === undefined)
      leftAlone.push(`HOME or another variable puts the cache of ${program} elsewhere`);
    else if (hasOwnCache(run, program)) leftAlone.push(`the step names a cache of ${program} itself`);
    else {
      targets.push(target);
      covered.add(program);
    }
  }
  const installs = (run.commands ?? []).flatMap((command) => readPipInstall(command) ?? []);
  return { targets, leftAlone, installs: installs.filter(({ tool }) => covered.has(tool)) };
}

const npmCache = '/root/.npm';

/** `npm ci`, `npm install`: where npm keeps downloads. */
function npmTargets(run: Instruction): readonly string[] {
  const { variables } = run.before;
  const isMoved = ['npm_config_cache', 'NPM_CONFIG_CACHE', 'HOME'].some(
    (name) => variables[name] !== undefined,
  );
  const installs = (run.commands ?? []).some(
    (command) => programOf(command) === 'npm' && /^(ci|i|install)$/.test(command.words[1] ?? ''),
  );
  return installs && !isMoved ? [npmCache] : [];
}

/** `pip cache purge`, `uv cache clean`. */
function isPythonCleaning([program = '', action, verb]: readonly string[]): boolean {
  return /^(pip[\d.]*|uv)$/.test(program) && action === 'cache' && /^(purge|clean|prune)$/.test(verb ?? '');
}

function isNpmCleaning([program, action, verb]: readonly string[]): boolean {
  return program === 'npm' && action === 'cache' && verb === 'clean';
}

function mountsInFront(
  run: Instruction,
  text: string,
  targets: readonly string[],
  preparation: readonly string[],
): TextEdit {
  const flags = targets.map((target) => `--mount=type=cache,target=${target},sharing=locked`);
  const { start } = run.syntax.valueRange;
  const range = { start, end: start };
  // What stands in the line of a heredoc's name is that line's.
  if (run.syntax.heredocs.length > 0) return { range, newText: `${flags.join(' ')} ` };
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lead = preparation.map((command) => `${command} && \\${eol}    `).join('');
  return { range, newText: `${flags.join(` \\${eol}    `)} \\${eol}    ${lead}` };
}

/** Also in front of the action: `pip --no-cache-dir install`. */
function uncachedOptions({ command }: PipInstall): TextEdit[] {
  const ranges = command.wordRanges.filter((_, at) => /^--no-cache(-dir)?$/.test(command.words[at] ?? ''));
  return removeWords(
    command,
    ranges.map((range) => ({ range })),
  );
}

/** `uv sync --no-cache`, `poetry install --no-cache`: a cache mount would stay empty. */
function projectInstallOptions(run: Instruction): TextEdit[] {
  return (run.commands ?? []).flatMap((command) => {
    if (readProjectInstall(command) === undefined) return [];
    const ranges = command.wordRanges.filter((_, at) => command.words[at] === '--no-cache');
    return removeWords(
      command,
      ranges.map((range) => ({ range })),
    );
  });
}
