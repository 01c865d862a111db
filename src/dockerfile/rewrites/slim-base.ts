import type { Instruction, Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { readPythonBase, slimReference } from './python-base.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';
import { isInstalling } from './tool-commands.ts';
import { usedCommands } from './used-commands.ts';

/**
 * `FROM python:3.11` → `FROM python:3.11-slim` in the stage that becomes the image. Never alpine: manylinux wheels
 * need glibc. A stage that also installs distributions is changed, too, and the reason says what it may miss.
 */
export const slimBase: Rewrite = {
  id: 'slim-base',
  title: 'Run on the slim variant of the same Python',
  risk: 'verify',
  propose({ syntax, model, placeOf }, facts) {
    const stage = externalBase(model.stages, model.target);
    if (stage !== undefined && cudaDevelopment.test(stage.base))
      return cudaRuntime({ syntax, model, placeOf }, stage, facts);
    const base = stage && readPythonBase(stage.base);
    if (stage === undefined || base === undefined) return nothingToDo;
    if (base.variant !== '') return nothingToDo;
    const line = placeOf(stage.from);
    if (base.isPinnedByDigest)
      return leave(
        `${line}: ${stage.base} is pinned by digest; the digest of its slim variant is yours to choose`,
      );
    const asWritten = readPythonBase(stage.baseAsWritten);
    if (asWritten === undefined || (asWritten.version.includes('$') && !/^\d/.test(base.version))) {
      return leave(`${line}: the base ${stage.baseAsWritten} comes from a build argument as a whole`);
    }
    if (asWritten.suite !== base.suite) {
      return leave(`${line}: the Debian suite in ${stage.baseAsWritten} comes from a build argument`);
    }
    const start = syntax.text.indexOf(stage.baseAsWritten, stage.from.valueRange.start);
    if (start === -1) return nothingToDo;
    return proposal(stage, slimReference(asWritten), start);
  },
};

function proposal(stage: Stage, reference: string, start: number): RewriteProposal {
  const compiles = stage.instructions.some(installsPython);
  return {
    edits: [{ range: { start, end: start + stage.baseAsWritten.length }, newText: reference }],
    reason:
      `${stage.baseAsWritten} carries compilers, headers and version control for building; ` +
      `${reference} is the same Python on the same Debian without them` +
      (compiles
        ? ' (this stage also installs distributions: one without a wheel would miss the compiler)'
        : ''),
    leftAlone: [],
  };
}

const cudaDevelopment = /^(docker\.io\/|nvcr\.io\/)?nvidia\/cuda:[\w.-]*-devel-[\w.]+$/;

/** `nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04` → `…-runtime-…`: the same CUDA libraries without nvcc, headers and static libraries. */
function cudaRuntime(
  { syntax, model, placeOf }: ResolvedDockerfile,
  stage: Stage,
  facts: RewriteFacts,
): RewriteProposal {
  const target = model.stages[model.target];
  const stages = target === undefined || target === stage ? [stage] : [stage, target];
  const place = placeOf(stage.from);
  if (stages.some((one) => one.instructions.some(installsPython)))
    return leave(`${place}: the stage installs distributions, which may need the compiler of ${stage.base}`);
  if (facts.compilesAtRunTime !== undefined)
    return leave(`${place}: ${stage.base} stays, ${facts.compilesAtRunTime} compiles at run time`);
  if (stages.some((one) => usedCommands(one).has('nvcc'))) return leave(`${place}: nvcc is called`);
  const at = stage.baseAsWritten.lastIndexOf('-devel-');
  const start = syntax.text.indexOf(stage.baseAsWritten, stage.from.valueRange.start) + at;
  if (at === -1)
    return leave(`${place}: the kind of the base ${stage.baseAsWritten} comes from a build argument`);
  return {
    edits: [{ range: { start, end: start + '-devel-'.length }, newText: '-runtime-' }],
    reason: `${stage.base} carries the CUDA compiler, headers and static libraries; its runtime variant has the same CUDA libraries without them`,
    leftAlone: [],
  };
}

function installsPython(instruction: Instruction): boolean {
  return (
    instruction.commands?.some(
      (command) => readPipInstall(command) !== undefined || isInstalling(command),
    ) === true
  );
}

/** The stage with the external base that the target grows from. */
function externalBase(stages: readonly Stage[], target: number): Stage | undefined {
  let stage = stages[target];
  while (stage?.baseStage !== undefined) stage = stages[stage.baseStage];
  return stage;
}
