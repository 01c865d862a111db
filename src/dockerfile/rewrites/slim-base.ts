import type { Instruction, Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { externalBase } from '../stage-chain.ts';
import { readPythonBase, slimReference } from './python-base.ts';
import { leave, nothingToDo, type Rewrite, type RewriteProposal } from './rewrite.ts';
import { isInstalling } from './tool-commands.ts';

/**
 * `FROM python:3.11` → `FROM python:3.11-slim` in the stage that becomes the image. Never alpine: manylinux wheels
 * need glibc. A stage that also installs distributions is changed, too, and the reason says what it may miss.
 */
export const slimBase: Rewrite = {
  id: 'slim-base',
  title: 'Run on the slim variant of the same Python',
  risk: 'verify',
  propose({ syntax, model, placeOf }) {
    const stage = externalBase(model);
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

function installsPython(instruction: Instruction): boolean {
  return (
    instruction.commands?.some(
      (command) => readPipInstall(command) !== undefined || isInstalling(command),
    ) === true
  );
}
