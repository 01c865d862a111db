import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { keptStages } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { classifyInstruction } from './classify-instruction.ts';
import { insideRun } from './conda-commands.ts';
import type { LocalPackage } from './local-package.ts';
import { copiesAbove, localPackages } from './local-packages.ts';
import { keptEditable } from './regular-package.ts';
import { nothingToDo, type Rewrite } from './rewrite.ts';

/**
 * `pip install -e .` → `pip install .` in a builder stage whose environment is copied: the environment then holds the package itself, not a path
 * to its source. Where a regular installation would miss something, the editable one stays, and so does the source at the same path.
 */
export const regularInstall: Rewrite = {
  id: 'regular-install',
  title: 'Install the project itself into the environment, not a path to its source',
  risk: 'verify',
  propose({ model, syntax, placeOf }, facts) {
    if (facts.editablePackages === undefined) return nothingToDo;
    const edits: TextEdit[] = [];
    const leftAlone: string[] = [];
    const names: string[] = [];
    const runtime = model.stages[model.target]?.instructions;
    for (const { stage, instruction, install, local } of editableInstalls(model)) {
      const because = keptEditable(local, instruction, { stage, facts, runtime });
      const edit = withoutOption(install, local, syntax.text);
      if (because === undefined && edit !== undefined) {
        edits.push(edit);
        names.push(`\`${local.text}\``);
      } else
        leftAlone.push(
          `${placeOf(instruction.syntax)}: \`${local.text}\` stays in editable form, because ${because ?? 'how the option is written is not understood'}`,
        );
    }
    if (edits.length === 0) return { ...nothingToDo, leftAlone };
    return {
      edits,
      leftAlone,
      reason: `the environment that is copied holds all of ${[...new Set(names)].join(', ')} then, the data that it declares included, whatever becomes of the source`,
    };
  },
};

interface EditableInstall {
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly install: PipInstall;
  readonly local: LocalPackage;
}

/** The editable installations in stages of which the image takes something, but which it does not grow from. */
function editableInstalls(model: DockerfileModel): readonly EditableInstall[] {
  const kept = keptStages(model);
  const copied = new Set(
    kept
      .flatMap((stage) => stage.instructions)
      .flatMap(({ syntax }) => syntax.flags.filter(({ name }) => name === 'from'))
      .map(({ value }) => value?.toLowerCase()),
  );
  return model.stages
    .filter(
      (stage) =>
        !kept.includes(stage) && (copied.has(stage.name ?? '') || copied.has(String(stage.position))),
    )
    .flatMap((stage) => {
      const classified = stage.instructions.map(classifyInstruction);
      return classified.flatMap((one) =>
        pipInstalls(one.instruction).flatMap((install) =>
          localPackages(install, one.instruction.before.workdir, copiesAbove(one, classified))
            .filter(({ isEditable }) => isEditable)
            .map((local) => ({ stage, instruction: one.instruction, install, local })),
        ),
      );
    });
}

/** Of a RUN, also behind `conda run`. */
function pipInstalls({ commands }: Instruction): readonly PipInstall[] {
  return (commands ?? []).flatMap((command) => readPipInstall(insideRun(command)) ?? []);
}

/** Takes out `-e` in front of the path, or in one word with it: `--editable=.`. */
function withoutOption(
  { command }: PipInstall,
  { text }: LocalPackage,
  source: string,
): TextEdit | undefined {
  const at = command.words.findIndex(
    (word, position) =>
      (word === text && /^(-e|--editable)$/.test(command.words[position - 1] ?? '')) ||
      word === `--editable=${text}` ||
      word === `-e${text}`,
  );
  const [range, before] = [command.wordRanges[at], command.wordRanges[at - 1]];
  if (range === undefined || before === undefined) return undefined;
  if (command.words[at] === text) return { range: { start: before.start, end: range.start }, newText: '' };
  const written = source.slice(range.start, range.end);
  const lead = /^(["']?)(--editable=|-e)/.exec(written);
  return lead === null
    ? undefined
    : { range: { start: range.start, end: range.start + lead[0].length }, newText: lead[1] ?? '' };
}
