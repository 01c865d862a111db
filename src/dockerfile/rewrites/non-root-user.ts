import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { classifyInstruction } from './classify-instruction.ts';
import { isDebianBase } from './known-base.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';
import { rootReasons } from './root-reasons.ts';
import { copyPlace, isBelow, writtenBelow } from './written-below.ts';

/** Large enough to be nobody's on the host (hadolint DL3046: a huge one would blow up /var/log/lastlog). */
const userId = 10001;
/** Caches that libraries write at run time; without such a variable they lie below the home directory. */
const cacheVariables = [
  'HF_HOME',
  'HF_HUB_CACHE',
  'HUGGINGFACE_HUB_CACHE',
  'TRANSFORMERS_CACHE',
  'SENTENCE_TRANSFORMERS_HOME',
  'TORCH_HOME',
  'MPLCONFIGDIR',
  'NUMBA_CACHE_DIR',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'TRITON_CACHE_DIR',
];

/** `USER app`, made before the first COPY, with a home, and owner of what the application writes. */
export const nonRootUser: Rewrite = {
  id: 'non-root-user',
  title: 'Run as a user of its own, not as root',
  risk: 'opt-in',
  propose(dockerfile, facts) {
    const { model, placeOf } = dockerfile;
    const stage = model.stages[model.target];
    if (stage === undefined || !isRoot(stage.after.user)) return nothingToDo;
    const set = stage.instructions.findLast(({ syntax }) => syntax.keyword === 'user');
    if (set !== undefined) return leave(`${placeOf(set.syntax)}: USER root is asked for`);
    if (stage.baseStage !== undefined)
      return leave(`the image starts from ${stage.base}, a stage of this file`);
    if (!isDebianBase(stage.base))
      return leave(
        `${placeOf(stage.from)}: which users ${stage.base} has, and with which one it starts, is not known`,
      );
    const reasons = rootReasons(stage, facts, placeOf);
    return reasons.length > 0 ? leave(...reasons) : proposal(dockerfile, stage, facts);
  },
};

function isRoot(user: string | undefined): boolean {
  return user === undefined || /^(root|0)(:|$)/.test(user);
}

function proposal({ syntax }: ResolvedDockerfile, stage: Stage, facts: RewriteFacts): RewriteProposal {
  const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
  const workdir = stage.after.workdir ?? '/';
  const name = freeName(stage);
  const first = stage.instructions.find(
    (one) => one.syntax.keyword === 'copy' || one.syntax.keyword === 'add',
  );
  const last = stage.instructions.findLast((one) =>
    ['run', 'copy', 'add', 'workdir'].includes(one.syntax.keyword),
  );
  const start = first?.syntax.blockStart ?? (last ?? { syntax: stage.from }).syntax.range.end;
  const making = `RUN useradd --create-home --uid ${userId} ${name}`;
  const directories = ownedDirectories(stage, syntax.text, facts);
  const owning = `RUN mkdir -p ${directories.join(' ')} && chown ${name}:${name} ${directories.join(' ')}`;
  const end = (last ?? { syntax: stage.from }).syntax.range.end;
  const user = `${eol}${owning}${eol}USER ${name}`;
  const edits: TextEdit[] =
    first === undefined
      ? [{ range: { start: end, end }, newText: `${eol}${making}${user}` }]
      : [
          { range: { start, end: start }, newText: `${making}${eol}` },
          ...stage.instructions.flatMap((one) => ownedCopy(one, workdir, name)),
          { range: { start: end, end }, newText: user },
        ];
  return {
    edits,
    reason: `whoever breaks out of the application is not root; ${name} (${userId}) has a home and owns ${directories.join(', ')}. What is mounted from outside must be writable for ${userId}`,
    leftAlone: [],
  };
}

/** What a COPY brings below the working directory belonged to the user that ran, and still does. */
function ownedCopy(copy: Instruction, workdir: string, name: string): TextEdit[] {
  const { keyword, flags, valueRange } = copy.syntax;
  const place = keyword === 'copy' ? copyPlace(copy) : undefined;
  if (place === undefined || (place !== workdir && !isBelow(place, workdir))) return [];
  if (flags.some((flag) => flag.name === 'chown' || flag.name === 'from')) return [];
  const isLinked = flags.some((flag) => flag.name === 'link' && flag.value !== 'false');
  const owner = isLinked ? `${userId}:${userId}` : `${name}:${name}`;
  return [{ range: { start: valueRange.start, end: valueRange.start }, newText: `--chown=${owner} ` }];
}

/** The working directory, caches with a place of their own, and what volumes are mounted over: an empty volume takes the directory's owner. */
function ownedDirectories(stage: Stage, text: string, facts: RewriteFacts): string[] {
  const { after, instructions } = stage;
  const workdir = after.workdir ?? '/';
  const [first] = instructions;
  const made =
    first === undefined
      ? []
      : writtenBelow(workdir, instructions, { instruction: first, commands: [], text }).directories;
  const caches = cacheVariables.flatMap((variable) => after.env[variable] ?? []);
  const copied = new Set(
    instructions.flatMap((one) => (one.syntax.keyword === 'copy' ? (copyPlace(one) ?? []) : [])),
  );
  const all = [workdir, ...made, ...caches, ...(facts.rootNeeds?.volumePaths ?? [])]
    .filter((path) => path.startsWith('/') && !path.includes('$'))
    .map((path) => posix.normalize(path).replace(/(.)\/$/, '$1'));
  return [...new Set(all)].filter((path) => path === workdir || made.includes(path) || !copied.has(path));
}

/** `app`, unless the stage makes a user of that name for another purpose. */
function freeName({ instructions }: Stage): string {
  const words = new Set(
    instructions
      .map(classifyInstruction)
      .flatMap(({ instruction }) => instruction.commands ?? [])
      .flatMap((command) => command.words)
      // `chown app:app`: the base may have that user.
      .flatMap((word) => [word, ...word.split(/[:=,]/)]),
  );
  return ['app', 'appuser', 'service'].find((name) => !words.has(name)) ?? 'plimsoll';
}
