import {
  type Command,
  forEachChild,
  type HereDoc,
  type If,
  parse,
  type Statement,
  type SyntaxNode,
} from 'unbash';
import type { Branch, InnerProgram, QuotedText, ShellCommand } from './model.ts';
import { bareCommand, startedProgram } from './started-program.ts';
import { isHeredocStart } from './syntax/heredoc.ts';
import { type JoinedText, joinRanges, sliceJoined, sourceRange } from './syntax/joined-text.ts';
import { readJsonWords } from './syntax/json-form.ts';
import type { InstructionSyntax, TextRange } from './syntax/syntax.ts';
import { joinedValue } from './syntax/words.ts';

/** The shell text of a RUN. */
export interface ShellScript {
  /** The simple commands in source order. */
  readonly commands: readonly ShellCommand[];
  /** Where the text stands: behind its end a link may be added. */
  readonly range: TextRange;
  /** Program texts in quotes that `commands` holds the commands of. */
  readonly quoted: readonly QuotedText[];
}

/**
 * What a shell reads of a RUN: its shell form, or the program in `["bash", "-c", "…"]`; undefined for any other JSON form, when `shell` is no
 * POSIX shell or bash, and when the text does not parse. `text` is the whole Dockerfile.
 *
 *     RUN set -ex; pip install "torch==$VERSION" && \
 *         (cd /src && make) || true
 */
export function readShellScript(
  text: string,
  instruction: InstructionSyntax,
  shell: readonly string[],
): ShellScript | undefined {
  if (instruction.keyword !== 'run') return undefined;
  if (instruction.json !== undefined) return jsonScript(instruction, instruction.json);
  const script = isPosixShell(shell) ? scriptOf(text, instruction) : undefined;
  return script === undefined ? undefined : readWhole(script, []);
}

/** The commands of a script that stands in no Dockerfile (`install.sh`); ranges are those of `text`. */
export function readScriptText(text: string): readonly ShellCommand[] | undefined {
  return readWhole(joinRanges(text, [{ start: 0, end: text.length }]), [])?.commands;
}

function readWhole(script: JoinedText, quoted: readonly QuotedText[]): ShellScript | undefined {
  const within = [...quoted];
  const found = readScript(script, true, within);
  if (found === undefined) return undefined;
  const commands = found.sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
  return { commands, range: sourceRange(script, 0), quoted: within };
}

/** `["bash", "-c", "…"]`, without escapes in the program: what stands there is what the shell reads. */
function jsonScript(instruction: InstructionSyntax, json: readonly string[]): ShellScript | undefined {
  const started = startedProgram(json);
  const isShell = shells.test(json[0] ?? '') && started?.kind === 'text' && started.because === undefined;
  const joined = joinedValue(instruction);
  const word = isShell ? readJsonWords(joined.text)[started.at] : undefined;
  if (word === undefined || joined.text.slice(word.start + 1, word.end - 1) !== word.text) return undefined;
  const script = sliceJoined(joined, word.start + 1, word.end - 1);
  return readWhole(script, [{ range: sourceRange(script, 0), quote: 'json' }]);
}

const shells = /(?:^|\/)(?:sh|bash|ash|dash)$/;

/** `/bin/bash -o pipefail -c`, also at the end of a wrapper: `conda run -n app /bin/bash -c`. */
function isPosixShell(shell: readonly string[]): boolean {
  return shell.some((word) => shells.test(word));
}

/**
 * What the shell gets: the value, the body of a lone heredoc (`RUN <<EOF`), or the value with its heredocs behind it
 * (`dispatchRun` in BuildKit's `convert.go`). Undefined for a body that names another interpreter: `#!/usr/bin/env python3`.
 */
function scriptOf(text: string, instruction: InstructionSyntax): JoinedText | undefined {
  const value = joinedValue(instruction);
  const [heredoc] = instruction.heredocs;
  if (heredoc === undefined) return value;
  if (!isHeredocStart(instruction.value)) return withHeredocs(text, instruction);
  const interpreter = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(heredoc.content);
  const program = interpreter?.[1]?.endsWith('/env') ? interpreter[2] : interpreter?.[1];
  if (interpreter !== null && !shells.test(program ?? '')) return undefined;
  const { start } = heredoc.range;
  return joinRanges(text, [{ start, end: start + heredoc.content.length }]);
}

/** The value, a newline, and every heredoc with its terminator: the text that a shell reads by itself. */
function withHeredocs(text: string, instruction: InstructionSyntax): JoinedText {
  const value = joinedValue(instruction);
  let joined = `${value.text}`;
  const offsets = value.offsets.slice(0, -1);
  for (const { range } of instruction.heredocs) {
    joined += `\n${text.slice(range.start, range.end)}`;
    offsets.push(range.start);
    for (let at = range.start; at < range.end; at += 1) offsets.push(at);
  }
  return { text: joined, offsets: [...offsets, (offsets.at(-1) ?? 0) + 1] };
}

/** A node to visit; `isLink` when it is a link of the top-level chain. */
interface Visit {
  readonly node: SyntaxNode;
  readonly isLink: boolean;
  readonly branches: readonly Branch[];
}

/** `quoted` takes the program texts in quotes whose commands are among those that come back. */
function readScript(
  script: JoinedText,
  isTopLevel: boolean,
  quoted: QuotedText[],
): ShellCommand[] | undefined {
  const parsed = parse(script.text);
  const commands: ShellCommand[] = [];
  const pending: Visit[] = parsed.commands.map((node) => ({
    node,
    isLink: isTopLevel,
    branches: [],
  }));
  if ((parsed.errors?.length ?? 0) > 0) return undefined;
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { node, isLink, branches } = visit;
    if (node.type === 'Script') {
      if ((node.errors?.length ?? 0) > 0) return undefined;
      // Inside escaped backticks, positions count in a decoded copy: nothing there can be placed.
      if (node.source !== undefined) continue;
    }
    if (node.type === 'Command') {
      const nested = readShellInput(script, node, quoted);
      if (nested === 'unparseable') return undefined;
      const found = [...readCommand(script, node, { isLink, quoted }), ...nested];
      commands.push(...found.map((one) => inBranches(one, branches)));
    }
    if (isLink && node.type === 'Statement')
      pending.push(...linksOf(node).map((link) => ({ ...link, branches })));
    else if (node.type === 'If') pending.push(...branchesOf(script, node, branches));
    else forEachChild(node, (child) => pending.push({ node: child, isLink: false, branches }));
  }
  return commands;
}

function inBranches(command: ShellCommand, branches: readonly Branch[]): ShellCommand {
  return branches.length === 0
    ? command
    : { ...command, branches: [...branches, ...(command.branches ?? [])] };
}

/** The parts of an `if`: each test is reached where those before it failed, and what stands behind it where it holds. */
function branchesOf(script: JoinedText, node: If, outer: readonly Branch[]): readonly Visit[] {
  const visits: Visit[] = [];
  let reached = outer;
  for (const { clause, then } of [node, ...node.elif]) {
    const condition = script.text
      .slice(clause.pos, clause.end)
      .trim()
      .replace(/[\s;]+$/, '');
    visits.push({ node: clause, isLink: false, branches: reached });
    visits.push({ node: then, isLink: false, branches: [...reached, { condition, holds: true }] });
    reached = [...reached, { condition, holds: false }];
  }
  if (node.else !== undefined) visits.push({ node: node.else, isLink: false, branches: reached });
  return visits;
}

/** The parts of a top-level statement: each command of `a && b || c` but the one behind `||`. */
function linksOf({ command, background }: Statement): readonly Omit<Visit, 'branches'>[] {
  const parts = command.type === 'AndOr' ? command.commands : [command];
  const operators = command.type === 'AndOr' ? command.operators : [];
  return parts.map((part, at) => {
    // `time a` and `! a` are pipelines of one command.
    const [only] = part.type === 'Pipeline' && part.commands.length === 1 ? part.commands : [];
    const node = only ?? part;
    return { node, isLink: background !== true && node.type === 'Command' && operators[at - 1] !== '||' };
  });
}

type WordNode = NonNullable<Command['name']> | Command['args'][number];

/** A command; of one that starts a program as the RUN itself would, the commands of that program. */
function readCommand(
  script: JoinedText,
  node: Command,
  { isLink, quoted }: { readonly isLink: boolean; readonly quoted: QuotedText[] },
): readonly ShellCommand[] {
  const all: readonly WordNode[] = [...(node.name === undefined ? [] : [node.name]), ...node.args];
  const bare = bareCommand(all.map(wordText));
  const nodes = bare.kept.flatMap((position) => all[position] ?? []);
  const command: ShellCommand = {
    words: nodes.map(wordText),
    wordRanges: nodes.map((word) => sourceRange(script, word.pos, word.end)),
    range: sourceRange(script, node.pos, node.end),
    assignments: [
      ...node.prefix.flatMap((part) => (part.type === 'Assignment' ? [wordText(part)] : [])),
      ...bare.assignments,
    ],
    isTopLevel: isLink,
  };
  const inner = innerProgram(script, { nodes, command, quoted });
  if (inner === undefined) return [command];
  const isPlain = command.assignments.length === 0 && node.redirects.length === 0;
  return inner.because === undefined && isPlain
    ? inner.commands.map((one) => ({ ...one, isTopLevel: one.isTopLevel && isLink }))
    : [{ ...command, inner: { because: 'its output or its variables are set around it', ...inner } }];
}

/** The program that a command starts, with the commands in it as far as each can be placed in the text. */
function innerProgram(
  script: JoinedText,
  {
    nodes,
    command,
    quoted,
  }: {
    readonly nodes: readonly WordNode[];
    readonly command: ShellCommand;
    readonly quoted: QuotedText[];
  },
): (Omit<InnerProgram, 'because'> & { readonly because?: string }) | undefined {
  const started = startedProgram(command.words);
  const node = started === undefined ? undefined : nodes[started.at];
  if (started === undefined || node === undefined) return undefined;
  if (started.kind === 'words') {
    const { at, because } = started;
    const rest = { ...command, words: command.words.slice(at), wordRanges: command.wordRanges.slice(at) };
    return { because, commands: [{ ...rest, isTopLevel: false }] };
  }
  const text = quotedText(script, node);
  if (text === undefined) return { because: 'the shell around it changes its text first', commands: [] };
  const found: QuotedText[] = [];
  const commands = readScript(text.script, true, found);
  if (commands === undefined) return { because: 'its text is no shell that can be read', commands: [] };
  const because =
    started.because ??
    (text.quote === '"' && text.script.text.includes('$')
      ? 'the shell around it fills in its variables'
      : undefined);
  if (because !== undefined)
    return { because, commands: commands.map((one) => ({ ...one, isTopLevel: false })) };
  quoted.push({ range: sourceRange(text.script, 0), quote: text.quote }, ...found);
  return { commands };
}

/** A word that is one pair of quotes without anything in it that the shell takes out; or one without quotes. */
function quotedText(
  script: JoinedText,
  { pos, end }: WordNode,
): { readonly script: JoinedText; readonly quote: "'" | '"' } | undefined {
  const raw = script.text.slice(pos, end);
  const quote = raw.charAt(0);
  if (raw.length < 2 || (quote !== "'" && quote !== '"') || !raw.endsWith(quote)) return undefined;
  const inside = raw.slice(1, -1);
  const isExact = quote === "'" ? !inside.includes("'") : !/["\\`]|\$\(/.test(inside);
  return isExact ? { script: sliceJoined(script, pos + 1, end - 1), quote } : undefined;
}

function wordText(word: WordNode): string {
  if (word.type === 'Word') return word.value;
  if (word.value.type === 'ArrayValue' || word.index !== undefined) return word.text;
  return `${word.name}${word.append === true ? '+=' : '='}${word.value.value}`;
}

/** The commands of a heredoc that a shell reads as its script: `bash -ex <<EOF`. */
function readShellInput(
  script: JoinedText,
  node: Command,
  quoted: QuotedText[],
): readonly ShellCommand[] | 'unparseable' {
  const arguments_ = node.args.map(wordText);
  const readsInput = shells.test(node.name?.value ?? '') && arguments_.every((word) => /^[-+]/.test(word));
  const heredoc = node.redirects.findLast((redirect): redirect is HereDoc => redirect.type === 'HereDoc');
  if (!readsInput || heredoc === undefined || arguments_.some((word) => /^-\w*c/.test(word))) return [];
  const { pos, end } = heredoc.body;
  const { start } = sourceRange(script, pos, end);
  const body: JoinedText = {
    text: script.text.slice(pos, end),
    offsets: [...script.offsets.slice(pos, end), sourceRange(script, pos, end).end],
  };
  return start === undefined ? [] : (readScript(body, false, quoted) ?? 'unparseable');
}
