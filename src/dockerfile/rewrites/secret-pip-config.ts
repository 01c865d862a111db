import type { Instruction, ShellCommand, Stage, TextRange } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeBlock } from './remove-block.ts';
import { removeLinks } from './remove-links.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';
import { isPlainRun, noChange, type SecretChange, secretText } from './secret-change.ts';
import { variableReader } from './secret-readers.ts';
import { secretUse } from './secret-use.ts';

/** A secret in a command of a RUN. */
interface SecretInCommand {
  readonly run: Instruction;
  readonly stage: Stage;
  readonly command: ShellCommand;
  readonly dockerfile: ResolvedDockerfile;
  readonly facts: RewriteFacts;
  /** Of the secret in the text. */
  readonly range: TextRange;
  readonly id: string;
}

/**
 * `pip config set global.index-url https://user:password@host/simple` writes the password into a layer; `PIP_INDEX_URL` tells pip the same for
 * as long as a RUN takes. Undefined where this is no such command, or where the two would not be the same.
 */
export function pipConfigChange({
  run,
  stage,
  command,
  dockerfile,
  facts,
  range,
  id,
}: SecretInCommand): SecretChange | undefined {
  const { text } = dockerfile.syntax;
  const at = command.words.indexOf('config');
  const [action, key = '', value = ''] = command.words.slice(at + 1);
  const name = { 'global.index-url': 'PIP_INDEX_URL', 'global.extra-index-url': 'PIP_EXTRA_INDEX_URL' }[key];
  const isPip = /(^|\/)pip[\d.]*$/.test(command.words[at - 1] ?? '');
  if (!isPip || action !== 'set' || name === undefined || command.words.length !== at + 4) return undefined;
  const isShared = dockerfile.model.stages.some((one) => one.baseStage === stage.position);
  const behind = stage.instructions.slice(stage.instructions.indexOf(run) + 1);
  const removal = removalOf(run, command, text);
  const isWhole = run.commands?.length === 1;
  const { model } = dockerfile;
  const reader = variableReader(name, false);
  const users = behind.flatMap((one) => {
    const use = one.syntax.keyword === 'run' ? secretUse(one, reader, { model, facts }) : undefined;
    return use === undefined ? [] : [{ run: one, use }];
  });
  const runs = [...(isWhole ? [] : [run]), ...users.map((one) => one.run)];
  const isSet = [run, ...runs].some((one) => Object.hasOwn(one.before.variables, name));
  const isReadable = runs.length > 0 && runs.every(isPlainRun);
  if (isShared || isSet || removal === undefined || !isReadable) return undefined;
  const secret = text.slice(range.start, range.end);
  const [lead, tail, more] = value.split(secret);
  if (lead === undefined || tail === undefined || more !== undefined || /[$"`\\\s]/.test(lead + tail))
    return undefined;
  return {
    ...noChange,
    mounts: runs.map((one) => ({ run: one, id, isRequired: true })),
    assignments: runs.map((one) => ({ run: one, text: `${name}="${lead}${secretText(id)}${tail}"` })),
    edits: removal,
    leftAlone: users.flatMap((one) =>
      typeof one.use === 'object'
        ? [`${dockerfile.placeOf(one.run.syntax)} gets ${name} too: ${one.use.because}`]
        : [],
    ),
  };
}

/** The command with its link, or the whole RUN; undefined where it stands under a condition. */
function removalOf(run: Instruction, command: ShellCommand, text: string): TextEdit[] | undefined {
  const commands = run.commands ?? [];
  if (!command.isTopLevel) return undefined;
  if (commands.length === 1) {
    const { blockStart, range } = run.syntax;
    return [removeBlock(text, { start: blockStart, end: range.end })];
  }
  const next = commands[1];
  if (command !== commands[0]) {
    const links = removeLinks(run, text, (one) => one === command);
    return links.length === 0 ? undefined : links;
  }
  const isLinked =
    next?.isTopLevel === true &&
    /^[\s\\]*(&&|;)[\s\\]*$/.test(text.slice(command.range.end, next.range.start));
  return isLinked
    ? [{ range: { start: command.range.start, end: next.range.start }, newText: '' }]
    : undefined;
}
