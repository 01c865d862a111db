import type { DockerfileModel, Stage } from '../model.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import { parseDockerfile } from '../syntax/parse.ts';
import type { DockerfileSyntax, TextEdit } from '../syntax/syntax.ts';
import { removePairs } from './remove-pairs.ts';
import { mentions, pairsOf } from './secret-derived.ts';

/**
 * The ARGs of a stage that nothing refers to any more once other edits are made, and that another stage declares as well: a build may still be
 * given them.
 */
export function idleArguments(
  stage: Stage,
  { stages }: DockerfileModel,
  { syntax, edits }: { readonly syntax: DockerfileSyntax; readonly edits: readonly TextEdit[] },
): TextEdit[] {
  if (edits.length === 0) return [];
  const elsewhere = new Set(
    stages
      .filter((other) => other !== stage)
      .flatMap((other) => other.instructions)
      .flatMap((one) => pairsOf(one, syntax, 'arg').map(({ name }) => name)),
  );
  const before = stage.instructions.map((one) => one.syntax.value).join('\n');
  const after = textAfter(stage, syntax, edits);
  return stage.instructions.flatMap((instruction) => {
    const idle = pairsOf(instruction, syntax, 'arg').filter(
      ({ name }) => elsewhere.has(name) && mentions(before, name) && !mentions(after, name),
    );
    return idle.length === 0 ? [] : removePairs(instruction, idle, syntax);
  });
}

/** The values of the stage's instructions as the edits, all of them in it, leave them. */
function textAfter(
  { from, instructions }: Stage,
  { text }: DockerfileSyntax,
  edits: readonly TextEdit[],
): string {
  const { start } = from.range;
  const end = instructions.at(-1)?.syntax.range.end ?? from.range.end;
  const added = edits.reduce(
    (sum, { range, newText }) => sum + newText.length - (range.end - range.start),
    0,
  );
  return parseDockerfile(applyEdits(text, edits).slice(start, Math.max(end + added, start)))
    .instructions.map(({ value }) => value)
    .join('\n');
}
