// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts hold references
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { applyEdits, parseDockerfile, resolveDockerfile, type ShellCommand } from './index.ts';

function commandsOf(text: string): readonly ShellCommand[] | undefined {
  const instruction = resolveDockerfile(parseDockerfile(text)).stages[0]?.instructions.at(-1);
  return instruction?.commands;
}

/** `+` before a top-level link. */
const outline = (run: string, before = ''): readonly string[] | undefined =>
  commandsOf(`FROM a\n${before}${run}\n`)?.map(
    ({ isTopLevel, assignments, words }) =>
      `${isTopLevel ? '+' : ''}${[...assignments.map((one) => `${one};`), ...words].join('|')}`,
  );

/** Commands of programs in quotes; behind `!` those that are only looked at, with the reason. */
const inside = (run: string, before = ''): readonly string[] | undefined =>
  commandsOf(`FROM a\n${before}${run}\n`)?.flatMap((command) => [
    `${command.isTopLevel ? '+' : ''}${[...command.assignments.map((one) => `${one};`), ...command.words].join('|')}`,
    ...(command.inner === undefined
      ? []
      : [`! ${command.inner.because}`, ...command.inner.commands.map(({ words }) => `!${words.join('|')}`)]),
  ]);

describe('programs that start others', () => {
  test.each<readonly [run: string, expected: readonly string[] | undefined, reason: string]>([
    ["RUN sh -c 'a b && c'", ['+a|b', '+c'], 'single quotes'],
    ['RUN /bin/bash -c "a b || c"', ['+a|b', 'c'], 'double quotes'],
    ["RUN bash -euxo pipefail -c 'a' && b", ['+a', '+b'], 'with options'],
    ["RUN x | sh -c 'a'", ['x', 'a'], 'in a pipe'],
    ['RUN ["bash", "-o", "pipefail", "-c", "a b && c"]', ['+a|b', '+c'], 'JSON'],
    ['RUN ["/bin/sh", "-c", "a \\\n  && b"]', ['+a', '+b'], 'JSON over lines'],
    ["RUN eval 'a b'", ['+a|b'], 'eval'],
    ['RUN sh -c \'bash -c "a"\'', ['+a'], 'one in the other'],
    [
      'RUN bash -lc "a b"',
      ['+bash|-lc|a b', '! a login shell sets PATH anew', '!a|b'],
      'a login shell is another place',
    ],
    [
      'RUN bash -c "a $B"',
      ['+bash|-c|a $B', '! the shell around it fills in its variables', '!a|$B'],
      'a reference in double quotes',
    ],
    [
      'RUN bash -c "a \\"b\\""',
      ['+bash|-c|a "b"', '! the shell around it changes its text first'],
      'escapes move what stands behind them',
    ],
    ["RUN sh -c 'a $1' x y", ['+sh|-c|a $1|x|y', '! it is handed arguments', '!a|$1'], 'arguments'],
    ["RUN su - app -c 'a b'", ['+su|-|app|-c|a b', '! it runs as another user', '!a|b'], 'su'],
    ['RUN gosu app a b', ['+gosu|app|a|b', '! it runs as another user', '!a|b'], 'gosu'],
    [
      "RUN sudo -E sh -c 'a'",
      ['+sudo|-E|sh|-c|a', '! sudo sets the environment anew', '!a'],
      'sudo and a shell',
    ],
    [
      'RUN cat x | xargs -n 1 pip install -U',
      [
        'cat|x',
        'xargs|-n|1|pip|install|-U',
        '! xargs adds words that stand in no Dockerfile',
        '!pip|install|-U',
      ],
      'xargs',
    ],
    [
      'RUN conda run -n env pip install x',
      ['+conda|run|-n|env|pip|install|x', '! it runs in an environment of conda', '!pip|install|x'],
      'an environment of conda',
    ],
    [
      "RUN A=1 sh -c 'a' > x",
      ['+A=1;|sh|-c|a', '! its output or its variables are set around it', '!a'],
      'more than the program',
    ],
    ['RUN ["bash", "-c", "a \\"b\\""]', undefined, 'JSON with escapes'],
    ['RUN ["a", "b"]', undefined, 'no shell'],
    ['RUN bash x.sh', ['+bash|x.sh'], 'a file'],
    ['RUN env A=1 timeout -k 5 30s nice -n 5 a b', ['+A=1;|a|b'], 'what only starts a command'],
    ['RUN sudo env A=1 a', ['+A=1;|sudo|a'], 'behind sudo'],
    ['RUN env -i a; env; exec a; command -v a', ['+env|-i|a', '+env', '+a', '+command|-v|a'], 'or does more'],
  ])('%j: %j, %s', (run, expected) => {
    expect(inside(run)).toEqual(expected);
  });

  test.each([
    ["RUN sh -c 'pip install a'"],
    ['RUN bash -c "pip install a"'],
    ['RUN ["bash", "-c", "pip \\\n install a"]'],
    ["RUN su app -c 'pip install a'"],
    ['RUN xargs pip install a'],
  ])('%j: its words stand where they are said to', (run) => {
    const text = `FROM x\n${run}\n`;
    const command = commandsOf(text)?.flatMap((one) => one.inner?.commands ?? [one])[0];
    expect(command?.wordRanges.map(({ start, end }) => text.slice(start, end))).toEqual([
      'pip',
      'install',
      'a',
    ]);
  });
});

describe('commands', () => {
  test.each([
    ['RUN a b && c; d', ['+a|b', '+c', '+d'], 'chain'],
    ['RUN a || b && c', ['+a', 'b', '+c'], 'only what stands behind || is conditional'],
    ['RUN a | b', ['a', 'b'], 'pipe'],
    ['RUN (a && b) && { c; }', ['a', 'b', 'c'], 'groups'],
    ['RUN if a; then b; else c; fi && d', ['a', 'b', 'c', '+d'], 'condition'],
    ['RUN for x in 1 2; do pip install $x; done', ['pip|install|$x'], 'loop'],
    ['RUN a & b', ['a', '+b'], 'background'],
    ['RUN f() { a; }; f', ['a', '+f'], 'function'],
    ['RUN a "$(b c)" `d`', ['+a|$(b c)|`d`', 'b|c', 'd'], 'substitutions'],
    ['RUN X=1 Y="2 3" a', ['+X=1;|Y=2 3;|a'], 'assignments'],
    ['RUN X=1', ['+X=1;'], 'an assignment alone'],
    ['RUN export X="1 2"', ['+export|X=1 2'], 'assignments as arguments'],
    [
      'RUN pip install \'torch>=2\' "x[y]" z\\>1',
      ['+pip|install|torch>=2|x[y]|z>1'],
      'quotes and escapes go',
    ],
    ['RUN a "b $C" > /dev/null 2>&1 <x', ['+a|b $C'], 'redirections are no words'],
    ['RUN a # b && c', ['+a'], 'a comment'],
    ['RUN --mount=type=cache,target=/c a', ['+a'], 'flags are no words'],
    ['RUN a \\\n # c\n\n && b', ['+a', '+b'], 'over lines with a comment'],
    ['RUN ap\\\nt-get up\\\ndate', ['+apt-get|update'], 'words over lines'],
    ['RUN set -e; ! a && time b', ['+set|-e', '+a', '+b'], 'negation and time'],
    ['RUN <<EOF\na\nb && c\nEOF', ['+a', '+b', '+c'], 'a lone heredoc is the script'],
    ['RUN <<-EOF\n\ta\n\tEOF', ['+a'], 'with tabs'],
    ['RUN <<EOF\n#!/bin/bash -e\na\nEOF', ['+a'], 'that names a shell'],
    ['RUN <<EOF\n#!/usr/bin/env bash\na\nEOF', ['+a'], 'through env'],
    [
      'RUN cat <<A > /x && b\nnot $(this) a\nA',
      ['+cat', '+b', 'this'],
      'a heredoc as input is text, with substitutions',
    ],
    ["RUN cat <<'A'\nnot $(this)\nA", ['+cat'], 'quoted without'],
    ['RUN bash -ex <<A\npip install b\nA', ['+bash|-ex', 'pip|install|b'], 'a shell reads it'],
    ['RUN bash -c x <<A\nnot a\nA', ['+bash|-c|x'], 'not when its script is elsewhere'],
    ['RUN python3 - <<A\nimport x\nA', ['+python3|-'], 'nor does Python'],
  ])('%j: %j, %s', (run, expected) => {
    expect(outline(run)).toEqual(expected);
  });

  test.each([
    ['RUN ["a", "b"]', '', 'JSON form'],
    ['RUN if a; then', '', 'unfinished'],
    ['RUN a && && b', '', 'no command between'],
    ['RUN a "$(b && )"', '', 'unfinished inside'],
    ['RUN <<EOF\n#!/usr/bin/env python3\nimport a\nEOF', '', 'another interpreter'],
    ['RUN Get-Item x', 'SHELL ["powershell", "-command"]\n', 'another shell'],
    ['CMD a', '', 'another instruction'],
  ])('%j has none: %s', (run, before) => {
    expect(outline(run, before)).toBeUndefined();
  });

  test('a wrapped shell is a shell', () => {
    expect(outline('RUN a', 'SHELL ["conda", "run", "-n", "e", "/bin/bash", "-c"]\n')).toEqual(['+a']);
  });
});

describe('any script', () => {
  const token = fc.constantFrom(
    ...[
      'pip',
      'install',
      'a',
      '-r',
      'x.txt',
      "'a b'",
      '"$A"',
      '$A',
      '${A:-b}',
      '\\',
      'X=1',
      '2>&1',
      '> f',
      '{ ',
      '; }',
    ],
    ...[
      ' && ',
      ' || ',
      '; ',
      ' | ',
      ' & ',
      '(',
      ')',
      '$(',
      '`',
      '"',
      "'",
      'if a; then ',
      '; fi',
      'for x in a; do ',
      '; done',
    ],
    ...[
      ' \\\n  ',
      ' \\\n# c\n ',
      '<<E',
      '\nE\n',
      '[[ a ]]',
      'case a in b) ',
      ';; esac',
      '#',
      '😀',
      '<(a)',
      'f() {',
    ],
  );
  const script = fc
    .array(fc.oneof(token, fc.constant(' ')), { maxLength: 14 })
    .map((parts) => parts.join(''));
  /** Words that hold others are left out: they change with these. */
  const plain = (commands: readonly ShellCommand[] | undefined): unknown =>
    commands?.map(({ words, isTopLevel }) => [
      words.map((word) => (/\$\(|`|<\(|\n|\$\{/.test(word) ? '…' : word)),
      isTopLevel,
    ]);

  test('is read or left alone, and changing one plain word changes nothing else', () => {
    let changed = 0;
    const check = (body: string): void => {
      const text = `FROM a\nRUN ${body}`;
      const commands = readOrRefuse(text);
      for (const [at, command] of commands?.entries() ?? []) {
        for (const [position, range] of command.wordRanges.entries()) {
          expect(range.start).toBeGreaterThanOrEqual(command.range.start);
          expect(range.end).toBeLessThanOrEqual(command.range.end);
          if (!/^[\w.-]+$/.test(text.slice(range.start, range.end))) continue;
          const expected = commands?.map((one, other) =>
            other === at ? { ...one, words: one.words.with(position, 'zzz') } : one,
          );
          const after = readOrRefuse(applyEdits(text, [{ range, newText: 'zzz' }]));
          expect(plain(after)).toEqual(plain(expected));
          changed += 1;
        }
      }
    };
    fc.assert(fc.property(script, check), {
      numRuns: 3000,
      examples: [
        ['case a in b) a ;; esac && pip install -r x.txt'],
        ['if a; then pip install a \\\n# c\n -r; fi'],
      ],
    });
    expect(changed).toBeGreaterThan(50);
  });

  function readOrRefuse(text: string): readonly ShellCommand[] | undefined {
    try {
      return commandsOf(text);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return undefined;
    }
  }

  test.each([
    ['(', ')', 'subshells'],
    ['$(', ')', 'substitutions'],
    ['{ ', '; }', 'groups'],
    ['if a; then ', '; fi', 'conditions'],
    ['"$(', ')"', 'quoted substitutions'],
    ['`', '`', 'backticks'],
  ])('a thousand nested %s…%s end neither the stack nor the day: %s', (open, close) => {
    const text = `FROM a\nRUN ${open.repeat(1000)}a${close.repeat(1000)}`;
    expect(commandsOf(text)?.length ?? 0).toBeLessThanOrEqual(2001);
  });
});

describe('places', () => {
  test('are those of the file, from the first to the last character of a split word', () => {
    const text = 'FROM a\nRUN --network=none x \\\n  # c\n  && ap\\\nt-get "in stall" -y\nRUN <<E\na b\nE\n';
    const found = resolveDockerfile(parseDockerfile(text)).stages[0]?.instructions.flatMap(
      ({ commands }) => commands ?? [],
    );
    const words = found?.map(({ wordRanges }) => wordRanges.map(({ start, end }) => text.slice(start, end)));
    expect(words).toEqual([['x'], ['ap\\\nt-get', '"in stall"', '-y'], ['a', 'b']]);
    expect(found?.map(({ range }) => text.slice(range.start, range.end))).toEqual([
      'x',
      'ap\\\nt-get "in stall" -y',
      'a b',
    ]);
  });

  test('a plain word stands in the file as it is read, wherever the lines break', () => {
    const word = fc.constantFrom('pip', 'install', '-r', 'x.txt', '&&', ';', '||', 'a=b', '/bin/x');
    const gap = fc.constantFrom(' ', '  ', ' \\\n', ' \\\n  # c\n ', ' \\\r\n', '\t');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 12 }), (parts) => {
        const text = `FROM a\nRUN ${parts.map((part) => part.join('')).join('')}z`;
        for (const command of commandsOf(text) ?? []) {
          const written = command.wordRanges.map(({ start, end }) => text.slice(start, end));
          expect(written).toEqual(command.words);
          for (const range of command.wordRanges) {
            expect(range.start).toBeGreaterThanOrEqual(command.range.start);
            expect(range.end).toBeLessThanOrEqual(command.range.end);
          }
        }
      }),
    );
  });
});
