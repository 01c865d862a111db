import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import { joinPieces } from '../syntax/pieces.ts';
import { findLaterLayer, type LaterLayer } from './between-layers.ts';
import { classifyInstruction } from './classify-instruction.ts';
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
    const found = stage.instructions.flatMap((copy, at) => stepBehind(stage, copy, at) ?? []);
    const leftAlone: string[] = [];
    for (const step of found) {
      const inputs = facts.stepInputs.get(step.script);
      if (inputs === undefined) continue;
      const because = inputs.because ?? obstacleTo(step, inputs.paths, facts);
      if (because === undefined) return { ...moved(step, inputs, dockerfile), leftAlone };
      leftAlone.push(
        `${dockerfile.placeOf(step.run.syntax)}: ${dockerfile.quoteOf(step.run.syntax)} runs after each change of the code: ${because}`,
      );
    }
    return leave(...leftAlone);
  },
};

interface BuildStep {
  readonly copy: ContextCopy;
  readonly run: Instruction;
  /** In the build context: `train.py`. */
  readonly script: string;
  /** Where the build context lies in the container: `/app`. */
  readonly folder: string;
}

/** The step that stands behind the COPY of the whole context, with nothing but declarations between. */
function stepBehind(stage: Stage, instruction: Instruction, at: number): BuildStep | undefined {
  const copy = readContextCopy(instruction);
  if (copy === undefined || copy.sources.join() !== '.' || instruction.syntax.keyword !== 'copy')
    return undefined;
  const behind = stage.instructions.slice(at + 1);
  const run = behind.find(
    ({ syntax }) => !/^(env|arg|label|expose|user|cmd|entrypoint|stopsignal)$/.test(syntax.keyword),
  );
  if (run === undefined || run.syntax.keyword !== 'run') return undefined;
  const script = scriptOf(run, copy);
  const folder = copy.destination.replace(/(.)\/$/, '$1');
  return script === undefined ? undefined : { copy, run, script, folder };
}

/** `python train.py` and nothing else → `train.py`. */
function scriptOf(run: Instruction, copy: ContextCopy): string | undefined {
  const { commands = [], syntax, quoted, before } = run;
  const [command, ...more] = commands;
  const isPlain = syntax.flags.length === 0 && syntax.heredocs.length === 0 && quoted.length === 0;
  if (command === undefined || more.length > 0 || !isPlain || syntax.json !== undefined) return undefined;
  const [program = '', script = '', ...rest] = command.words;
  if (!command.isTopLevel || command.assignments.length > 0 || rest.length > 0) return undefined;
  if (!/^python[\d.]*$/.test(posix.basename(program)) || !/^[\w./-]+\.py$/.test(script)) return undefined;
  const path = posix.resolve('/', before.workdir ?? '/', filledIn(script, before.variables));
  return classifyInstruction(run).role === 'other' ? contextPathOf(path, [copy]) : undefined;
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
