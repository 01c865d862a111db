import type { Instruction } from '../model.ts';
import { isHeredocStart } from '../syntax/heredoc.ts';
import { joinPieces } from '../syntax/pieces.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removePairs } from './remove-pairs.ts';
import { type BuildSecret, nothingToDo, type Rewrite } from './rewrite.ts';
import { secretArguments } from './secret-arguments.ts';
import { mergeChanges, type SecretMount } from './secret-change.ts';
import { secretCopies } from './secret-copies.ts';
import { secretVariables } from './secret-variables.ts';
import { secretWords } from './secret-words.ts';

/** Credentials in build arguments, commands and copied files → `RUN --mount=type=secret`: no layer and no history holds them. */
export const secretMounts: Rewrite = {
  id: 'secret-mounts',
  title: 'Hand credentials to the build as secrets',
  risk: 'opt-in',
  propose(dockerfile, facts) {
    const { text } = dockerfile.syntax;
    const found = mergeChanges([
      secretArguments(dockerfile, facts),
      secretVariables(dockerfile, facts),
      secretWords(dockerfile, facts),
      secretCopies(dockerfile, facts),
    ]);
    const leftAlone = [...new Set(found.leftAlone)];
    if (found.secrets.length === 0) return { ...nothingToDo, leftAlone };
    const runs = [...new Set([...found.mounts, ...found.assignments].map((one) => one.run))];
    const secrets = [...new Map(found.secrets.map((one) => [one.id, one])).values()];
    return {
      edits: withoutInner([
        ...found.edits,
        ...[...new Set(found.removals.map((one) => one.instruction))].flatMap((instruction) => {
          const pairs = found.removals.filter((one) => one.instruction === instruction);
          const removed = removePairs(
            instruction,
            pairs.map((one) => one.pair),
            dockerfile.syntax,
          );
          return withCommentMoved(removed, instruction, { runs, text });
        }),
        ...runs.flatMap((run) =>
          runEdits(run, {
            mounts: found.mounts.filter((one) => one.run === run),
            assignments: found.assignments.filter((one) => one.run === run).map((one) => one.text),
            eol: text.includes('\r\n') ? '\r\n' : '\n',
            text,
          }),
        ),
      ]),
      reason: `${[...new Set(found.subjects)].join(', ')}: whoever has the image or its history can read it. Build with ${secrets.map(optionOf).join(' ')}, and change what was published`,
      leftAlone,
      secrets,
    };
  },
};

/** Where an instruction goes as a whole, its comments move to the first step that gets what it held. */
function withCommentMoved(
  edits: readonly TextEdit[],
  { syntax, stage }: Instruction,
  { runs, text }: { readonly runs: readonly Instruction[]; readonly text: string },
): TextEdit[] {
  const [edit] = edits;
  const user = runs
    .filter((run) => run.stage === stage && run.syntax.range.start > syntax.range.start)
    .sort((a, b) => a.syntax.range.start - b.syntax.range.start)[0];
  const isWhole = edit?.range.start === syntax.blockStart && syntax.leadingComments.length > 0;
  if (edit === undefined || user === undefined || !isWhole) return [...edits];
  const comments = { start: syntax.blockStart, end: syntax.range.start };
  const to = user.syntax.blockStart;
  // Right above it, they stay where they are.
  if (edit.range.end === to)
    return [{ range: { start: comments.end, end: edit.range.end }, newText: '' }, ...edits.slice(1)];
  return [
    ...edits,
    {
      range: { start: to, end: to },
      ...joinPieces([{ text: text.slice(comments.start, comments.end), from: syntax.range.start }]),
    },
  ];
}

/** What one change takes out, another one need not change. */
function withoutInner(edits: readonly TextEdit[]): TextEdit[] {
  return edits.filter(({ range }, at) =>
    edits.every(({ range: other, newText }, position) => {
      // What is put in front of a range stays where the range goes.
      const isInside = other.start < range.start || (other.start === range.start && range.end > range.start);
      const isAround = isInside && other.end >= range.end && newText === '';
      const isSame = other.start === range.start && other.end === range.end;
      return position === at || !isAround || (isSame && at < position);
    }),
  );
}

interface RunParts {
  readonly mounts: readonly SecretMount[];
  readonly assignments: readonly string[];
  readonly eol: string;
  /** The whole Dockerfile. */
  readonly text: string;
}

function runEdits(run: Instruction, { mounts, assignments, eol, text }: RunParts): TextEdit[] {
  const { valueRange, value, heredocs } = run.syntax;
  const flags = [...new Set(mounts.map((mount) => mountFlag(mount, run)))];
  const exported = [...new Set(assignments)];
  const [heredoc] = heredocs;
  // What stands in the line of a heredoc's name is that line's.
  const lineEnd = heredoc === undefined || isHeredocStart(value) ? ` \\${eol}    ` : ' ';
  const edit = (start: number, newText: string): TextEdit => ({ range: { start, end: start }, newText });
  const front = edit(valueRange.start, flags.map((flag) => `${flag}${lineEnd}`).join(''));
  if (exported.length === 0) return [front];
  const setting = `export ${exported.join(' ')}`;
  if (heredoc !== undefined && isHeredocStart(value)) {
    // The first line of the script, behind the one that names its shell.
    const shebang = /^\t*#!.*(\r?\n|$)/.exec(text.slice(heredoc.range.start))?.[0].length ?? 0;
    return [front, edit(heredoc.range.start + shebang, `${setting}${eol}`)];
  }
  return [front, edit(run.script?.start ?? valueRange.start, `${setting} &&${lineEnd}`)];
}

/** A secret is root's alone (mode 0400) unless something else is said. */
function mountFlag({ id, target, isRequired }: SecretMount, { before: { user } }: Instruction): string {
  const isRoot = user === undefined || /^(root|0)(:|$)/.test(user);
  const reader = isRoot ? '' : /^\d+$/.test(user) ? `,uid=${user}` : ',mode=0444';
  return `--mount=type=secret,id=${id}${target === undefined ? '' : `,target=${target}`}${reader}${isRequired ? ',required=true' : ''}`;
}

/** How a build is handed the secret. */
function optionOf({ id, source }: BuildSecret): string {
  if (source.kind === 'argument') return `\`--secret id=${id},env=${source.name}\``;
  if (source.kind === 'file') return `\`--secret id=${id},src=${source.path}\``;
  return `\`--secret id=${id},src=FILE\` (a file outside of the project with nothing but that value)`;
}
