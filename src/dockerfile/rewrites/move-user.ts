import type { Instruction, Stage } from '../model.ts';
import { joinPieces, type Piece } from '../syntax/pieces.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeBlock } from './remove-block.ts';
import { hasGroup, hasUser, isUserMaking } from './stage-users.ts';

/** A user that has to be there before a COPY names it. */
export interface UserQuestion {
  readonly text: string;
  readonly stage: Stage;
  /** The first COPY that names the user. */
  readonly copy: Instruction;
  /** The RUN that changes owners today. */
  readonly change: Instruction;
  /** `app:app`; undefined where only modes are changed. */
  readonly owner: string | undefined;
}

/** How the user gets in front of the COPY. */
export interface MovedUser {
  readonly edits: readonly TextEdit[];
  /** The instructions that make it, and that will stand in front of the COPY. */
  readonly moved: readonly Instruction[];
  readonly doubts: readonly string[];
}

const nothing: MovedUser = { edits: [], moved: [], doubts: [] };

/** `RUN useradd app` behind the COPY, also in front of `&& chown -R app /app`, is moved in front of it; nothing where the user is there already. */
export function moveUser(question: UserQuestion): MovedUser {
  const { stage, copy, change, owner } = question;
  if (owner === undefined) return nothing;
  const [user = '', group = ''] = owner.split(':');
  const at = stage.instructions.indexOf(copy);
  const isThere = (instructions: readonly Instruction[]): boolean =>
    hasUser(user, instructions) && hasGroup(group, instructions);
  if (isThere(stage.instructions.slice(0, at))) return nothing;
  const between = stage.instructions.slice(at + 1, stage.instructions.indexOf(change));
  const makers = between.filter((one) => one.commands?.some(isUserMaking) === true);
  const wrong = [...between, change].find(
    ({ syntax }) => syntax.keyword === 'user' || syntax.keyword === 'shell',
  );
  if (wrong !== undefined) return doubt('the user would be made by another user or shell');
  if (makers.length === 0) return cutFromChange(question);
  if (makers.some((one) => one.commands?.every(isUserMaking) !== true))
    return doubt('the user is made in a RUN that does more');
  const edits = makers.map((one) => moveWhole(one, question));
  const found = edits.find((one) => one.doubts.length > 0);
  return found ?? { edits: edits.flatMap((one) => one.edits), moved: makers, doubts: [] };
}

function doubt(why: string): MovedUser {
  return { ...nothing, doubts: [why] };
}

function moveWhole(maker: Instruction, { text, copy }: UserQuestion): MovedUser {
  const { blockStart, range } = maker.syntax;
  const block = text.slice(blockStart, range.end);
  if (!hasSameVariables(block, maker, copy))
    return doubt('the user is made with a variable that is set behind the COPY');
  return {
    edits: [
      insertion(copy, { text: `${block}${eolOf(text)}`, from: range.start }),
      removeBlock(text, { start: blockStart, end: range.end }),
    ],
    moved: [maker],
    doubts: [],
  };
}

function cutFromChange({ text, copy, change }: UserQuestion): MovedUser {
  const commands = change.commands ?? [];
  const makers = commands.filter(isUserMaking);
  const last = makers.at(-1);
  const next = commands[makers.length];
  // Whether there is such a user at all is asked where the COPY is looked at.
  if (last === undefined || next === undefined) return nothing;
  const between = text.slice(last.range.end, next.range.start);
  const isFirst = commands.slice(0, makers.length).every((one) => isUserMaking(one) && one.isTopLevel);
  if (!isFirst || change.syntax.heredocs.length > 0 || !/^[\s\\]*(&&|;)[\s\\]*$/.test(between))
    return doubt('the user is made behind other commands of the same RUN, or under a condition');
  const { start } = change.syntax.valueRange;
  const words = text.slice(start, last.range.end);
  if (!hasSameVariables(words, change, copy))
    return doubt('the user is made with a variable that is set behind the COPY');
  return {
    edits: [
      insertion(copy, { text: `RUN ${words}${eolOf(text)}`, from: change.syntax.range.start }),
      { range: { start, end: next.range.start }, newText: '' },
    ],
    moved: [change],
    doubts: [],
  };
}

function insertion({ syntax }: Instruction, moved: Piece): TextEdit {
  return { range: { start: syntax.blockStart, end: syntax.blockStart }, ...joinPieces([moved]) };
}

function hasSameVariables(words: string, from: Instruction, to: Instruction): boolean {
  const names = [...words.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? '');
  return names.every((name) => to.before.variables[name] === from.before.variables[name]);
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
