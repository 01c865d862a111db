import type { Stage } from '../model.ts';
import { joinPieces } from '../syntax/pieces.ts';
import { type Assembly, builderChunks } from './builder-stage.ts';
import { classifyInstruction } from './classify-instruction.ts';
import { readCondaStage } from './conda-stage.ts';
import { pythonOf } from './make-environment.ts';
import { requirementCopies } from './requirement-copies.ts';
import { leave, nothingToDo, type ResolvedDockerfile, type Rewrite } from './rewrite.ts';
import { runtimeChunks } from './runtime-stage.ts';
import { installerObstacles, splitObstacles } from './split-obstacles.ts';
import { readToolStage } from './tool-stage.ts';

/**
 * One stage → a builder that installs into a virtual environment and a runtime stage that copies it.
 * Build tools, pip's leftovers and layers that were overwritten stay behind in the builder.
 */
export const splitStages: Rewrite = {
  id: 'split-stages',
  title: 'Install in a builder stage, copy the virtual environment',
  risk: 'verify',
  propose(dockerfile, facts) {
    const { model, syntax, placeOf, quoteOf } = dockerfile;
    const stage = model.stages[model.target];
    if (stage === undefined || stage.baseStage !== undefined || isUsedByOthers(dockerfile, stage))
      return nothingToDo;
    // The stages of uv, Poetry, PDM and Pipenv are another rewrite's.
    if (readToolStage(dockerfile, facts) !== undefined) return nothingToDo;
    // And those of conda.
    if (readCondaStage(dockerfile, facts) !== undefined) return nothingToDo;
    const classified = stage.instructions.map(classifyInstruction);
    if (!classified.some((one) => one.role === 'dependencies'))
      return leave(...new Set(installerObstacles(classified, placeOf)));
    const python = pythonOf(stage, classified);
    const environment = classified.find((one) => one.virtualEnvironment !== undefined)?.virtualEnvironment;
    const files = requirementCopies(classified, facts, placeOf);
    const obstacles = [...splitObstacles({ stage, classified, facts, placeOf, quoteOf }), ...files.missing];
    if (python === undefined && environment === undefined && obstacles.length === 0) {
      obstacles.push(
        `${placeOf(stage.from)}: ${stage.base} may bring Python distributions of its own, which a fresh virtual environment would not see`,
      );
    }
    if (obstacles.length > 0) return leave(...new Set(obstacles));
    const text = splitText(dockerfile, {
      text: syntax.text,
      stage,
      classified,
      files,
      python: python ?? { program: 'python3', environmentPackage: undefined },
      environment,
      eol: syntax.text.includes('\r\n') ? '\r\n' : '\n',
    });
    const end = stage.instructions.at(-1)?.syntax.range.end ?? stage.from.range.end;
    return {
      edits: [{ range: { start: stage.from.range.start, end }, ...text }],
      reason:
        'what only the installation needs (compilers, headers, pip caches, overwritten files) stays behind in the builder stage',
      leftAlone: [],
    };
  },
};

function splitText({ model }: ResolvedDockerfile, assembly: Assembly): ReturnType<typeof joinPieces> {
  const { text, stage, eol } = assembly;
  const name = model.stages.some((other) => other.name === 'builder') ? 'python-builder' : 'builder';
  const from = text.slice(stage.from.range.start, stage.from.range.end);
  const { start } = stage.from.range;
  return joinPieces([
    { text: `${from.replace(/\s+as\s+\S+\s*$/i, '').trimEnd()} AS ${name}`, from: start },
    ...builderChunks(assembly),
    `${eol}${eol}`,
    { text: from, from: start },
    ...runtimeChunks(assembly, name),
  ]);
}

function isUsedByOthers({ model }: ResolvedDockerfile, stage: Stage): boolean {
  return model.stages.some((other) => other.baseStage === stage.position);
}
