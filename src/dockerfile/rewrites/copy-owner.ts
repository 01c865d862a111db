import type { Instruction, Stage } from '../model.ts';
import { keptStages } from '../stage-chain.ts';
import { applyEdits } from '../syntax/apply-edits.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { readContextCopy } from './context-paths.ts';
import { knownBase } from './known-base.ts';
import { moveUser } from './move-user.ts';
import { type Change, ownerChanges, plainDirectory } from './owner-change.ts';
import type { ResolvedDockerfile, Rewrite } from './rewrite.ts';
import { hasGroup, hasUser } from './stage-users.ts';
import { type WrittenBelow, writtenBelow } from './written-below.ts';

/** `RUN chown -R app:app /app` behind `COPY . /app` stores every file twice: `COPY --chown=app:app . /app` stores it once. */
export const copyOwner: Rewrite = {
  id: 'copy-owner',
  title: 'Give files their owner and mode as they are copied',
  risk: 'verify',
  // A user that one of them moved is there for the next.
  isRepeated: true,
  propose(dockerfile) {
    const edits: TextEdit[] = [];
    const leftAlone: string[] = [];
    const reasons: string[] = [];
    for (const stage of keptStages(dockerfile.model)) {
      for (const instruction of stage.instructions) {
        const changes = ownerChanges(
          instruction,
          stage.instructions.slice(0, stage.instructions.indexOf(instruction)),
          dockerfile.syntax.text,
        );
        if (changes.length === 0) continue;
        const outcome = moveToCopies({ dockerfile, stage, instruction, changes });
        leftAlone.push(...outcome.leftAlone);
        if (edits.length > 0 || outcome.edits.length === 0) continue;
        edits.push(...outcome.edits);
        reasons.push(
          `${dockerfile.placeOf(instruction.syntax)} stores every file below ${outcome.paths.join(' and ')} a second time to change its ${changes.map((one) => (one.flag === 'chown' ? 'owner' : 'mode')).join(' and ')}`,
        );
      }
    }
    return { edits, reason: reasons.join('; '), leftAlone };
  },
};

interface Question {
  readonly dockerfile: ResolvedDockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly changes: readonly Change[];
}

interface Outcome {
  readonly edits: readonly TextEdit[];
  /** The directories that are no longer changed as a whole. */
  readonly paths: readonly string[];
  readonly leftAlone: readonly string[];
}

function moveToCopies(question: Question): Outcome {
  const { dockerfile, stage, instruction, changes } = question;
  const before = stage.instructions.slice(0, stage.instructions.indexOf(instruction));
  const commands = instruction.commands ?? [];
  const first = changes[0] === undefined ? 0 : commands.indexOf(changes[0].command);
  const { text } = dockerfile.syntax;
  const last = { instruction, commands: commands.slice(0, first), text };
  const found = new Map<string, WrittenBelow>();
  for (const path of changes.flatMap((change) => change.paths)) {
    const written = writtenBelow(path, before, last);
    // Where nothing was copied, nothing is stored twice: a folder of the system's stays as it is.
    if (plainDirectory(path) || written.copies.length > 0) found.set(path, written);
  }
  const copies = before.filter((one) => [...found.values()].some(({ copies: below }) => below.includes(one)));
  const [firstCopy] = copies;
  // Directories that nothing was copied to hold nothing that could be stored twice.
  if (firstCopy === undefined) return { edits: [], paths: [], leftAlone: broaderCopies(question, found) };
  const owner = changes.find(({ flag }) => flag === 'chown')?.resolved;
  const user = moveUser({ text, stage, copy: firstCopy, change: instruction, owner });
  const here = [
    ...changes.flatMap((change) => change.doubt ?? []),
    ...stageDoubts(question, [...found.keys()]),
    ...[...found.values()].flatMap((one) =>
      one.doubts.map(({ instruction: other, why }) => `${dockerfile.placeOf(other.syntax)} ${why}`),
    ),
    ...user.doubts,
  ];
  const doubts = [
    ...here.map((why) => `${dockerfile.placeOf(instruction.syntax)}: ${why}`),
    ...copies.flatMap((copy) => copyDoubts(copy, question, user.moved)),
  ];
  if (doubts.length > 0) return { edits: [], paths: [], leftAlone: [...new Set(doubts)] };
  return {
    edits: [
      ...user.edits,
      ...copies.flatMap((copy) => flagEdits(copy, changes, found)),
      ...changes.flatMap((change) => shallowEdits(change, found, text)),
    ],
    paths: [...found.keys()],
    leftAlone: [],
  };
}

/** A COPY of more than the directory is nobody's to change: the rest would get the owner too. */
function broaderCopies(
  { dockerfile, instruction }: Question,
  found: ReadonlyMap<string, WrittenBelow>,
): readonly string[] {
  const copies = [...found.values()].flatMap((one) =>
    one.doubts.filter((doubt) => ['copy', 'add'].includes(doubt.instruction.syntax.keyword)),
  );
  const place = dockerfile.placeOf(instruction.syntax);
  return copies.map(({ instruction: copy, why }) => `${place}: ${dockerfile.placeOf(copy.syntax)} ${why}`);
}

function stageDoubts({ stage, dockerfile }: Question, paths: readonly string[]): string[] {
  const odd = paths.find((path) => !plainDirectory(path));
  return [
    ...(odd === undefined ? [] : [`${odd} also holds what the base brings`]),
    ...(stage.baseStage !== undefined
      ? [`the stage starts from ${stage.base}, another stage of this file`]
      : knownBase(stage.base)
        ? []
        : [`whether ${stage.base} brings files of its own there is not known`]),
    ...(dockerfile.model.stages.some((one) => one.baseStage === stage.position)
      ? ['another stage starts from this one']
      : []),
  ];
}

/** Why a COPY cannot take the owner, with its place. */
function copyDoubts(
  copy: Instruction,
  { dockerfile, stage, changes }: Question,
  moved: readonly Instruction[],
): string[] {
  const place = dockerfile.placeOf(copy.syntax);
  const before = [...stage.instructions.slice(0, stage.instructions.indexOf(copy)), ...moved];
  const found: string[] = [];
  if (copy.syntax.keyword === 'add' && !addsTheContext(copy))
    found.push('ADD may unpack an archive, whose owners are its own');
  for (const { flag, value, resolved, variables } of changes) {
    const given = copy.syntax.flags.find(({ name }) => name === flag);
    if (given !== undefined && given.value !== value)
      found.push(`has --${flag}=${given.value ?? ''} already`);
    for (const [name, known] of variables)
      if (copy.before.variables[name] !== known) found.push(`$${name} is not set there yet`);
    if (flag !== 'chown') continue;
    const [user = '', group = ''] = resolved.split(':');
    if (!hasUser(user, before)) found.push(`whether there is a user ${user} by then is not known`);
    else if (!hasGroup(group, before)) found.push(`whether there is a group ${group} by then is not known`);
    const isLinked = copy.syntax.flags.some((one) => one.name === 'link' && one.value !== 'false');
    if (isLinked && !/^\d+:\d+$/.test(resolved))
      found.push('COPY --link looks up no names, and the numbers of the user are not known');
  }
  return found.map((why) => `${place}: ${why}`);
}

/** `ADD . /app`: a directory is copied as it is, with the archives in it. */
function addsTheContext(add: Instruction): boolean {
  return readContextCopy(add)?.sources.every((source) => source === '.') === true;
}

function flagEdits(
  copy: Instruction,
  changes: readonly Change[],
  found: ReadonlyMap<string, WrittenBelow>,
): TextEdit[] {
  const flags = changes
    .filter((change) => change.paths.some((path) => found.get(path)?.copies.includes(copy)))
    .filter(({ flag }) => !copy.syntax.flags.some(({ name }) => name === flag))
    .map(({ flag, value }) => `--${flag}=${value} `);
  const at = copy.syntax.valueRange.start;
  return flags.length === 0 ? [] : [{ range: { start: at, end: at }, newText: [...new Set(flags)].join('') }];
}

/** The directories themselves are not what COPY brings: they are still changed, one by one, and folders of the system's as before. */
function shallowEdits(change: Change, found: ReadonlyMap<string, WrittenBelow>, text: string): TextEdit[] {
  const inner = change.paths.flatMap((path) => [
    ...(found.get(path)?.directories ?? []),
    ...(change.flag === 'chmod' ? (found.get(path)?.passedDirectories ?? []) : []),
  ]);
  const end = change.command.wordRanges.at(-1)?.end ?? change.command.range.end;
  const added = inner.map((path) => ` ${path}`).join('');
  const isMoved = change.paths.map((path) => found.has(path));
  if (!isMoved.includes(true)) return [];
  if (isMoved.includes(false)) return [splitEdit(change, isMoved, { added, text })];
  return [
    ...change.recursiveEdits,
    ...(added === '' ? [] : [{ range: { start: end, end }, newText: added }]),
  ];
}

/** `chown -R app /app /var/log/app` → `chown app /app && chown -R app /var/log/app`. */
function splitEdit(
  { command, pathRanges, recursiveEdits }: Change,
  isMoved: readonly boolean[],
  { added, text }: { readonly added: string; readonly text: string },
): TextEdit {
  const start = command.wordRanges[0]?.start ?? command.range.start;
  const end = pathRanges.at(-1)?.end ?? command.range.end;
  const leadEnd = command.wordRanges.at(-pathRanges.length - 1)?.end ?? start;
  const lead = text.slice(start, leadEnd);
  const shallow = applyEdits(
    lead,
    recursiveEdits.map(({ range, newText }) => ({
      range: { start: range.start - start, end: range.end - start },
      newText,
    })),
  );
  const words = (wanted: boolean): string =>
    pathRanges
      .filter((_, at) => isMoved[at] === wanted)
      .map((range) => ` ${text.slice(range.start, range.end)}`)
      .join('');
  return {
    range: { start, end },
    newText: `${shallow}${words(true)}${added} && ${lead}${words(false)}`,
  };
}
