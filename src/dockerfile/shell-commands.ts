import { type Command, forEachChild, type HereDoc, parse, type Statement, type SyntaxNode } from 'unbash';
import type { ShellCommand } from './model.ts';
import { isHeredocStart } from './syntax/heredoc.ts';
import { type JoinedText, joinRanges, sourceRange } from './syntax/joined-text.ts';
import type { InstructionSyntax } from './syntax/syntax.ts';
import { joinedValue } from './syntax/words.ts';

/**
 * The simple commands of a RUN in shell form, in source order; undefined when it is in JSON form, when `shell` is no POSIX shell or bash, or
 * when its text does not parse. `text` is the whole Dockerfile.
 *
 *     RUN set -ex; pip install "torch==$VERSION" && \
 *         (cd /src && make) || true
 */
export function readShellCommands(
  text: string,
  instruction: InstructionSyntax,
  shell: readonly string[],
): readonly ShellCommand[] | undefined {
  if (instruction.keyword !== 'run' || instruction.json !== undefined || !isPosixShell(shell))
    return undefined;
  const script = scriptOf(text, instruction);
  if (script === undefined) return undefined;
  const found = readScript(script, true);
  return found?.sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
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
}

function readScript(script: JoinedText, isTopLevel: boolean): ShellCommand[] | undefined {
  const parsed = parse(script.text);
  const commands: ShellCommand[] = [];
  const pending: Visit[] = parsed.commands.map((node) => ({ node, isLink: isTopLevel }));
  if ((parsed.errors?.length ?? 0) > 0) return undefined;
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { node, isLink } = visit;
    if (node.type === 'Script') {
      if ((node.errors?.length ?? 0) > 0) return undefined;
      // Inside escaped backticks, positions count in a decoded copy: nothing there can be placed.
      if (node.source !== undefined) continue;
    }
    if (node.type === 'Command') {
      commands.push(toShellCommand(script, node, isLink));
      const nested = readShellInput(script, node);
      if (nested === 'unparseable') return undefined;
      commands.push(...nested);
    }
    if (isLink && node.type === 'Statement') pending.push(...linksOf(node));
    else forEachChild(node, (child) => pending.push({ node: child, isLink: false }));
  }
  return commands;
}

/** The parts of a top-level statement: each command of `a && b || c` but the one behind `||`. */
function linksOf({ command, background }: Statement): readonly Visit[] {
  const parts = command.type === 'AndOr' ? command.commands : [command];
  const operators = command.type === 'AndOr' ? command.operators : [];
  return parts.map((part, at) => {
    // `time a` and `! a` are pipelines of one command.
    const [only] = part.type === 'Pipeline' && part.commands.length === 1 ? part.commands : [];
    const node = only ?? part;
    return { node, isLink: background !== true && node.type === 'Command' && operators[at - 1] !== '||' };
  });
}

function toShellCommand(script: JoinedText, node: Command, isTopLevel: boolean): ShellCommand {
  const words = [...(node.name === undefined ? [] : [node.name]), ...node.args];
  return {
    words: words.map(wordText),
    wordRanges: words.map((word) => sourceRange(script, word.pos, word.end)),
    range: sourceRange(script, node.pos, node.end),
    assignments: node.prefix.flatMap((part) => (part.type === 'Assignment' ? [wordText(part)] : [])),
    isTopLevel,
  };
}

function wordText(word: Command['args'][number]): string {
  if (word.type === 'Word') return word.value;
  if (word.value.type === 'ArrayValue' || word.index !== undefined) return word.text;
  return `${word.name}${word.append === true ? '+=' : '='}${word.value.value}`;
}

/** The commands of a heredoc that a shell reads as its script: `bash -ex <<EOF`. */
function readShellInput(script: JoinedText, node: Command): readonly ShellCommand[] | 'unparseable' {
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
  return start === undefined ? [] : (readScript(body, false) ?? 'unparseable');
}
