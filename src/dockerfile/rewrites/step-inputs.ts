import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import { joinPieces } from '../syntax/pieces.ts';
import { findLaterLayer, type LaterLayer } from './between-layers.ts';
import { classifyInstruction, isDeclaration } from './classify-instruction.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import { filledIn } from './filled-in.ts';
import { removeBlock } from './remove-block.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
  type StepInputs,
} from './rewrite.ts';

/** More would be hard to read, and to keep right. */
const mostInputs = 8;

/**
 * `COPY . .` then `RUN python train.py` → the step with its inputs mounted, then the source: a change of other code does not train again. The
 * mounts leave nothing in the layer, so that no input is stored twice.
 */
export const stepInputs: Rewrite = {
  id: 'step-inputs',
  title: 'Run build steps on what they read, before the source is copied',
  risk: 'verify',
  // One step at a time.
  isRepeated: true,
  propose(dockerfile, facts) {
    const stage = dockerfile.model.stages[dockerfile.model.target];
    if (stage === undefined || facts.stepInputs === undefined) return nothingToDo;
    const leftAlone: string[] = [];
    for (const step of stepsBehind(stage, facts.stepInputs, dockerfile)) {
      const inputs = facts.stepInputs.get(step.script);
      if (inputs === undefined) continue;
      const because = step.because ?? inputs.because ?? obstacleTo(step, inputs.paths, facts);
      if (because === undefined) return { ...moved(step, inputs, dockerfile), leftAlone };
      leftAlone.push(
        `${dockerfile.placeOf(step.run.syntax)}: ${dockerfile.quoteOf(step.run.syntax)} runs after each change of the code: ${because}`,
      );
    }
    const other = inFront(stage, facts.stepInputs, dockerfile);
    return { ...other, leftAlone: [...leftAlone, ...other.leftAlone] };
  },
};

interface BuildStep {
  readonly copy: ContextCopy;
  readonly run: Instruction;
  /** In the build context: `train.py`. */
  readonly script: string;
  /** Where the build context lies in the container: `/app`. */
  readonly folder: string;
  /** Why it cannot be moved, by where and how it stands; undefined when it can. */
  readonly because: string | undefined;
}

/** The steps behind the COPY of the whole context that start a script of it; those can be moved with nothing but declarations between. */
function stepsBehind(stage: Stage, scripts: Scripts, { placeOf }: ResolvedDockerfile): readonly BuildStep[] {
  const at = stage.instructions.findLastIndex((one) => one.syntax.keyword === 'copy' && bringsAll(one));
  const copied = stage.instructions[at];
  const copy = copied && readContextCopy(copied);
  if (copy === undefined) return [];
  const behind = stage.instructions.slice(at + 1).filter((one) => !isDeclaration(one));
  const folder = copy.destination.replace(/(.)\/$/, '$1');
  const [first] = behind;
  return behind.flatMap((run) => {
    const script = scriptOf(run, [copy], scripts);
    if (script === undefined) return [];
    const between =
      run === first ? undefined : `${placeOf(first?.syntax ?? run.syntax)} stands between it and the source`;
    return [{ copy, run, script, folder, because: between ?? moreThan(run) }];
  });
}

function bringsAll(instruction: Instruction): boolean {
  return readContextCopy(instruction)?.sources.join() === '.';
}

type Scripts = NonNullable<RewriteFacts['stepInputs']>;

/** `python train.py --seed 7` → `train.py`; `python -m app.train` → `app/train.py`. */
function scriptOf(run: Instruction, copies: readonly ContextCopy[], scripts: Scripts): string | undefined {
  if (run.syntax.keyword !== 'run') return undefined;
  const place = (path: string): string | undefined =>
    contextPathOf(
      posix.resolve('/', run.before.workdir ?? '/', filledIn(path, run.before.variables)),
      copies,
    );
  for (const { words } of run.commands ?? []) {
    const [program = '', ...rest] = words;
    if (!/^python[\d.]*$/.test(posix.basename(program))) continue;
    const [first = '', module = ''] = rest.filter((word) => word !== '-u');
    const steps = module.replaceAll('.', '/');
    const names = first === '-m' ? [`${steps}.py`, `${steps}/__main__.py`] : [first];
    const found = names.map(place).find((path) => path !== undefined && scripts.has(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why a step is not the start of a script and nothing else. */
function moreThan(run: Instruction): string | undefined {
  const { commands = [], syntax, quoted } = run;
  if (syntax.flags.length > 0) return 'it has mounts or flags of its own';
  if (commands.length > 1 || classifyInstruction(run).role !== 'other')
    return 'it does more than start the script';
  const isPlain = syntax.heredocs.length === 0 && quoted.length === 0 && syntax.json === undefined;
  const isBare = commands.every(({ isTopLevel, assignments }) => isTopLevel && assignments.length === 0);
  return isPlain && isBare && !/[<>|]/.test(syntax.value)
    ? undefined
    : 'it starts the script within other code';
}

function obstacleTo(
  { copy, folder, run }: BuildStep,
  paths: readonly string[],
  { isIgnored }: RewriteFacts,
): string | undefined {
  if (copy.instruction.syntax.value.includes('$')) return 'where the source is copied comes from a variable';
  if (folder === '/') return 'the source is copied over the root of the system';
  const workdir = run.before.workdir ?? '/';
  if (copy.instruction.before.workdir !== run.before.workdir || !`${workdir}/`.startsWith(`${folder}/`))
    return 'it does not run where the source is copied';
  if (paths.length > mostInputs) return `it reads ${paths.length} files and folders`;
  const ignored = paths.find((path) => isIgnored?.(path) === true);
  return ignored && `${ignored} is not sent to the build`;
}

/** A step that is cached well already, whose inputs alone are copied: in front of the layer that it needs nothing of. */
function inFront(stage: Stage, scripts: Scripts, dockerfile: ResolvedDockerfile): RewriteProposal {
  const eol = dockerfile.syntax.text.includes('\r\n') ? '\r\n' : '\n';
  const leftAlone: string[] = [];
  for (const [at, run] of stage.instructions.entries()) {
    const copies = stage.instructions.slice(0, at).flatMap((one) => readContextCopy(one) ?? []);
    const script = copies.some(({ sources }) => sources.includes('.'))
      ? undefined
      : scriptOf(run, copies, scripts);
    const inputs = scripts.get(script ?? '');
    const later = inputs?.heavyAlone && findLaterLayer(run, dockerfile);
    if (inputs === undefined || later === undefined) continue;
    const because = moreThan(run) ?? inputs.because ?? inputs.heavyAlone?.because;
    const { end } = run.syntax.range;
    if (because === undefined)
      return {
        title: 'Run build steps in front of the distributions that they do not import',
        edits: [...later.edits, { range: { start: end, end }, newText: `${eol}${eol}${later.text}` }],
        reason: `${script} needs the heavy distributions alone: one more requirement does not run it again`,
        leftAlone,
      };
    leftAlone.push(
      `${dockerfile.placeOf(run.syntax)}: ${dockerfile.quoteOf(run.syntax)} runs again with each added requirement: ${because}`,
    );
  }
  return leave(...leftAlone);
}

/** Whether one more requirement runs the step again, where the requirements are in two layers. */
function onRequirements(
  { copy }: BuildStep,
  { heavyAlone }: StepInputs,
  dockerfile: ResolvedDockerfile,
): { readonly later: LaterLayer | undefined; readonly words: string } {
  const later = heavyAlone && findLaterLayer(copy.instruction, dockerfile);
  if (heavyAlone === undefined || later === undefined) return { later: undefined, words: '' };
  return heavyAlone.because === undefined
    ? { later, words: ', and neither does one more requirement' }
    : { later: undefined, words: `; one more requirement does, because ${heavyAlone.because}` };
}

function moved(
  step: BuildStep,
  inputs: StepInputs,
  dockerfile: ResolvedDockerfile,
): Omit<RewriteProposal, 'leftAlone'> {
  const { copy, run, folder, script } = step;
  const { paths } = inputs;
  const { text } = dockerfile.syntax;
  const { later, words } = onRequirements(step, inputs, dockerfile);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const block = copy.instruction.syntax;
  const mounts = paths
    .map((path) => `--mount=type=bind,source=${path},target=${posix.join(folder, path)} \\${eol}    `)
    .join('');
  const { valueRange, range } = run.syntax;
  return {
    edits: [
      ...(later?.edits ?? []),
      removeBlock(text, { start: block.blockStart, end: block.range.end }),
      { range: { start: valueRange.start, end: valueRange.start }, newText: mounts },
      {
        range: { start: range.end, end: range.end },
        ...joinPieces([
          `${eol}${eol}${later === undefined ? '' : `${later.text}${eol}${eol}`}`,
          { text: text.slice(block.blockStart, block.range.end), from: block.range.start },
        ]),
      },
    ],
    reason: `${script} reads ${paths.filter((path) => path !== script).join(', ') || 'nothing else'}: a change of other code does not run it again${words}`,
  };
}
