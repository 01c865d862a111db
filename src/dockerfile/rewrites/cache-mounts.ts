import { aptAction, readAptInstall } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeBlock } from './remove-block.ts';
import { removeLinks } from './remove-links.ts';
import { removeWords } from './remove-words.ts';
import { nothingToDo, type Rewrite } from './rewrite.ts';
import { isToolCleaning, toolCacheTargets } from './tool-caches.ts';

const pipCache = '/root/.cache/pip';
const uvCache = '/root/.cache/uv';
const cacheFolder = '/root/.cache/';
const aptMounts = ['/var/cache/apt', '/var/lib/apt'];
/** Debian's images delete downloaded packages behind apt's back (`/etc/apt/apt.conf.d/docker-clean`). */
const keepDownloads = [
  'rm -f /etc/apt/apt.conf.d/docker-clean',
  `echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache`,
];

/** Keeps what pip, uv and apt download between builds, outside the image: `RUN --mount=type=cache`. */
export const cacheMounts: Rewrite = {
  id: 'cache-mounts',
  title: 'Keep downloads between builds in cache mounts',
  risk: 'safe',
  propose({ syntax, model, placeOf }, facts) {
    if (!facts.hasCacheMounts) return nothingToDo;
    const instructions = model.stages.flatMap((stage) => stage.instructions);
    const runs = instructions.filter(
      (one) => one.syntax.keyword === 'run' && one.syntax.heredocs.length === 0,
    );
    const leftAlone: string[] = [];
    const edits = runs.flatMap((run) => {
      const user = run.before.user;
      const isRoot = user === undefined || user === 'root' || user === '0';
      if (!isRoot && needsCache(run))
        leftAlone.push(`${placeOf(run.syntax)}: runs as ${user}, whose home is not known`);
      return isRoot ? mountEdits(run, syntax.text) : [];
    });
    const variables =
      edits.length === 0 ? [] : instructions.flatMap((one) => cacheVariableEdits(one, syntax.text));
    if (edits.length === 0) return { ...nothingToDo, leftAlone };
    return {
      edits: [...edits, ...variables],
      leftAlone,
      reason: 'a changed requirement downloads nothing but itself, and no cache ends up in a layer',
    };
  },
};

function needsCache(run: Instruction): boolean {
  return (run.commands ?? []).some(
    (command) =>
      readPipInstall(command) !== undefined ||
      readAptInstall(command) !== undefined ||
      readProjectInstall(command) !== undefined,
  );
}

function mountEdits(run: Instruction, text: string): TextEdit[] {
  const commands = run.commands ?? [];
  const mounted = run.syntax.flags.filter((flag) => flag.name === 'mount').map((flag) => flag.value ?? '');
  const isMounted = (target: string): boolean => mounted.some((value) => value.includes(target));
  const pips = commands.flatMap((command) => readPipInstall(command) ?? []);
  const apts = commands.filter((command) => readAptInstall(command) !== undefined);
  const targets = [
    ...(pips.some((install) => install.tool === 'pip') ? [pipCache] : []),
    ...(pips.some((install) => install.tool === 'uv') ? [uvCache] : []),
    ...(apts.length > 0 && isPlainApt(run) ? aptMounts : []),
    ...toolCacheTargets(run, text),
  ].filter((target, at, all) => !isMounted(target) && all.indexOf(target) === at);
  if (targets.length === 0) return [];
  const isAptMounted = targets.includes('/var/lib/apt');
  const flags = targets.map((target) => `--mount=type=cache,target=${target},sharing=locked`);
  const start = run.syntax.valueRange.start;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const newText = `${flags.join(` \\${eol}    `)} \\${eol}    ${isAptMounted ? keepDownloads.map((command) => `${command} && \\${eol}    `).join('') : ''}`;
  return [
    { range: { start, end: start }, newText },
    ...pips.flatMap(uncachedOptions),
    ...removeLinks(
      run,
      text,
      (command) =>
        (isAptMounted && isAptCleaning(command)) ||
        (targets.some((target) => target.startsWith(cacheFolder)) && isToolCleaning(command)),
    ),
    ...projectInstallOptions(run),
  ];
}

/** A chain that starts with apt itself, so that the preparation can be put in front of it. */
function isPlainApt(run: Instruction): boolean {
  const [first] = run.commands ?? [];
  return (
    run.syntax.json === undefined &&
    first !== undefined &&
    (aptAction(first) !== undefined || ['set', 'rm', 'echo'].includes(first.words[0] ?? '')) &&
    first.isTopLevel
  );
}

function uncachedOptions(install: PipInstall): TextEdit[] {
  const found = install.options.filter(
    (option) => option.text === '--no-cache-dir' || option.text === '--no-cache',
  );
  return removeWords(install.command, found);
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

/** `&& apt-get clean && rm -rf /var/lib/apt/lists/*` would empty the cache mounts. */
function isAptCleaning(command: ShellCommand): boolean {
  const action = aptAction(command);
  if (action === 'clean' || action === 'autoclean') return true;
  const paths = command.words.slice(1).filter((word) => !word.startsWith('-'));
  return (
    command.words[0] === 'rm' &&
    paths.length > 0 &&
    paths.every((path) => /^\/var\/(lib\/apt\/lists|cache\/apt)(\/|$)/.test(path))
  );
}

/** `ENV PIP_NO_CACHE_DIR=1` makes the cache mount useless. */
function cacheVariableEdits(instruction: Instruction, text: string): TextEdit[] {
  const { keyword, value, range, valueRange, blockStart, sourceOffsets } = instruction.syntax;
  if (keyword !== 'env') return [];
  const match = /(^|\s)(PIP_NO_CACHE_DIR|UV_NO_CACHE)=("[^"]*"|'[^']*'|\S*)/.exec(value);
  if (match === null) return [];
  if (match[0].trim() === value.trim()) return [removeBlock(text, { start: blockStart, end: range.end })];
  const last = match.index + match[0].length;
  const previous = value.slice(0, match.index + (match[1]?.length ?? 0)).trimEnd().length;
  // With the space in front, and with it a line continuation: one that nothing follows would swallow the next instruction.
  if (previous > 0) {
    const start = (sourceOffsets[previous - 1] ?? valueRange.start) + 1;
    return [{ range: { start, end: (sourceOffsets[last - 1] ?? valueRange.end) + 1 }, newText: '' }];
  }
  const rest = /^\s+/.exec(value.slice(last))?.[0].length ?? 0;
  return [
    { range: { start: valueRange.start, end: sourceOffsets[last + rest] ?? valueRange.end }, newText: '' },
  ];
}
