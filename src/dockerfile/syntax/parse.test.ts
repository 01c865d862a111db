// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles hold references
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLossless, encodeLossless, UserError } from '../../base/index.ts';
import {
  applyEdits,
  argumentWords,
  type InstructionSyntax,
  parseDockerfile,
  resolveDockerfile,
} from '../index.ts';

/** `keyword [--flag=value]… value`, one line an instruction, as far as it differs. */
function outline(text: string): readonly string[] {
  return parseDockerfile(text).instructions.map((one) => {
    const flags = one.flags.map(({ name, value }) => `[${name}${value === undefined ? '' : `=${value}`}]`);
    const heredocs = one.heredocs.map((doc) => {
      const marks = `${doc.isTabStripped ? '-' : ''}${doc.isExpanded ? '' : "'"}`;
      return `{${doc.descriptor}${marks}${doc.name}:${doc.content}}`;
    });
    const value = one.json === undefined ? one.value : JSON.stringify(one.json);
    return [one.keyword, ...flags, value, ...heredocs].join(' ');
  });
}

/** Outline of what follows a FROM. */
const body = (text: string): readonly string[] => outline(`FROM a\n${text}`).slice(1);

describe('continuation lines', () => {
  test.each([
    ['RUN a \\\n  b', ['run a   b'], 'indentation of the second line stays'],
    ['RUN a\\\nb', ['run ab'], 'nothing is put in between'],
    ['RUN a \\  \t\nb', ['run a b'], 'white space behind the backslash'],
    ['RUN a \\\n# c\n  # d \\\nb', ['run a b'], 'comment lines inside, even with a backslash'],
    ['RUN a \\\n\n\nb', ['run a b'], 'empty lines inside'],
    ['RUN a \\\n', ['run a'], 'nothing left'],
    ['RUN a \\\n\nRUN b', ['run a RUN b'], 'an empty line does not end it'],
    ['RUN a \\\\\nRUN b', ['run a \\\\', 'run b'], 'a doubled backslash continues nothing'],
    ['RUN a \\\\\\\nRUN b', ['run a \\\\\\', 'run b'], 'a tripled one neither, as BuildKit has it'],
    ['\\\nRUN a', ['run a'], 'a backslash before the instruction'],
    ['RUN \\\n --mount=type=tmpfs,target=/t \\\n a', ['run [mount=type=tmpfs,target=/t] a'], 'before a flag'],
    ['RU\\\nN a', ['run a'], 'inside the keyword'],
    ['RUN a \\\r\n b\r\n\r\nRUN c\r\n', ['run a  b', 'run c'], 'Windows line ends'],
    ['  RUN a', ['run a'], 'indented instruction'],
    ['RUN a # b', ['run a # b'], 'no comment behind an instruction'],
    ['RUN a\n#RUN b\n  # RUN c\nRUN d', ['run a', 'run d'], 'comments between instructions'],
  ])('%j: %j, %s', (text, expected) => {
    expect(body(text)).toEqual(expected);
  });
});

describe('directives', () => {
  test.each([
    ['# syntax=docker/dockerfile:1\nFROM a', ['syntax'], 'plain'],
    ['#  Escape = `  \nFROM a', ['escape'], 'white space and case'],
    ['# syntax=x\n# check=skip=all\nFROM a', ['syntax', 'check'], 'two'],
    ['  # syntax=x\n# check=skip=all\nFROM a', [], 'the frontend takes no indented ones'],
    ['  # syntax=x\n# escape=`\nFROM a', ['escape'], 'the parser takes an indented escape behind them'],
    ['#!/usr/bin/env x\n# syntax=x\n# check=skip=all\nFROM a', ['syntax', 'check'], 'behind an interpreter'],
    ['#!/usr/bin/env x\n# escape=`\nFROM a', [], 'which the escape must not follow'],
    ['#\u00a0syntax=x\nFROM a', [], 'white space is that of ASCII'],
    ['\uFEFF# syntax=x\nFROM a', ['syntax'], 'behind a byte-order mark'],
    ['\n# syntax=x\nFROM a', [], 'behind an empty line'],
    ['# about\n# syntax=x\nFROM a', [], 'behind a comment'],
    ['# unknown=x\n# escape=`\nFROM a', [], 'behind an unknown one'],
    ['FROM a\n# escape=`', [], 'behind an instruction'],
    ['# syntax=\nFROM a', [], 'without a value'],
  ])('%j: %j, %s', (text, expected) => {
    expect(parseDockerfile(text).directives.map(({ name }) => name)).toEqual(expected);
  });

  test('the escape character continues lines and protects white space', () => {
    const text = '# escape=`\nFROM a\nCOPY a ` \n b\nENV A=x` y B=c:\\';
    expect(outline(text)).toEqual(['from a', 'copy a  b', 'env A=x` y B=c:\\']);
  });
});

describe('flags', () => {
  test.each([
    ['COPY --from=b --chown=1:1 x /', 'copy [from=b] [chown=1:1] x /', 'two'],
    [
      'RUN --mount=type=cache,target="/a b" x',
      'run [mount=type=cache,target=/a b] x',
      'quotes are taken off',
    ],
    [
      'RUN --mount=type=cache,target=/a\\ b x',
      'run [mount=type=cache,target=/a b] x',
      'escapes are taken off',
    ],
    ['COPY --link x /', 'copy [link] x /', 'without a value'],
    ['COPY --chown=é x /', 'copy [chown=Ã©] x /', 'each byte is a character'],
    ['COPY --chown="é\u00a0" x /', 'copy [chown=Ã©Â\u00a0] x /', 'also in quotes'],
    ['COPY --chown=a\u00a0x /', 'copy [chown=aÂ] x /', 'half a no-break space is white space'],
    ['COPY --link \u00a0--link x', 'copy [link] --link x', 'a no-break space ends the flags'],
    ['RUN -- --x', 'run --x', 'two dashes end them'],
    ['RUN -x', 'run -x', 'one dash is none'],
    ['RUN a --b', 'run a --b', 'only in front'],
    ['HEALTHCHECK --interval=5s CMD ["a"]', 'healthcheck [interval=5s] ["a"]', 'of a health check'],
  ])('%j: %s, %s', (text, expected) => {
    expect(body(text)).toEqual([expected]);
  });
});

describe('JSON form', () => {
  test.each([
    ['CMD ["a", "b c"]', 'cmd ["a","b c"]', 'plain'],
    ['CMD [ "a\\"\\u0041" ] ', 'cmd ["a\\"A"]', 'escapes'],
    ['CMD []', 'cmd []', 'empty'],
    ["CMD ['a']", "cmd ['a']", 'single quotes make it shell text'],
    ['CMD ["\\ud800"]', 'cmd ["\ufffd"]', 'half a surrogate pair is replaced'],
    ['CMD [1e999]', 'cmd [1e999]', 'a number beyond all doubles is no JSON to BuildKit'],
    ['CMD ["a", [{"b": -1e999}]]', 'cmd ["a", [{"b": -1e999}]]', 'at any depth'],
    ['CMD ["a"] && b', 'cmd ["a"] && b', 'so does a rest'],
    ['RUN [ -f x ] && y', 'run [ -f x ] && y', 'a test is no array'],
    ['COPY ["a b", "/c"]', 'copy ["a b","/c"]', 'of a list'],
    ['CMD ["a", \\\n "b"]', 'cmd ["a","b"]', 'over two lines'],
    ['ENV A=["x"]', 'env A=["x"]', 'not of ENV'],
  ])('%j: %s, %s', (text, expected) => {
    expect(body(text)).toEqual([expected]);
  });
});

describe('heredocs', () => {
  test.each([
    ['RUN <<EOF\na\n# b\n\\\nEOF\nRUN c', ['run <<EOF {0EOF:a\n# b\n\\\n}', 'run c'], 'the body is raw'],
    ['RUN <<EOF\nEOF', ['run <<EOF {0EOF:}'], 'empty'],
    ['RUN <<-EOF\n\ta\n\t\tEOF', ['run <<-EOF {0-EOF:\ta\n}'], 'tabs before the end'],
    ['RUN <<EOF\n\tEOF\nEOF', ['run <<EOF {0EOF:\tEOF\n}'], 'not without the dash'],
    ["RUN <<'EOF'\n$A\nEOF", ["run <<'EOF' {0'EOF:$A\n}"], 'quoted'],
    ['RUN <<"E F"\nE F', ['run <<"E F" {0\'E F:}'], 'quoted with a space'],
    ['RUN <<E"O"F\nEOF', ['run <<E"O"F {0\'EOF:}'], 'quoted in part'],
    ['RUN <<$A\n$A', ['run <<$A {0$A:}'], 'a variable is no variable'],
    ['RUN 3<<EOF cat\nEOF', ['run 3<<EOF cat {3EOF:}'], 'descriptor'],
    ['RUN << EOF\nEOF', ['run << EOF {0EOF:}'], 'space before the name'],
    ['COPY <<A <<B /x/\n1\nA\n2\nB', ['copy <<A <<B /x/ {0A:1\n} {0B:2\n}'], 'two'],
    ['ADD <<A /x\n1\nA', ['add <<A /x {0A:1\n}'], 'of ADD'],
    ['ONBUILD RUN <<A\n1\nA', ['onbuild RUN <<A {0A:1\n}'], 'behind ONBUILD'],
    [
      'RUN --mount=type=tmpfs,target=/t <<A\nA',
      ['run [mount=type=tmpfs,target=/t] <<A {0A:}'],
      'behind a flag',
    ],
    ['RUN cat <<A && \\\n b\n1\nA', ['run cat <<A &&  b {0A:1\n}'], 'behind a continuation'],
    ['RUN <<EOF\r\na\r\nEOF\r\nRUN b', ['run <<EOF {0EOF:a\r\n}', 'run b'], 'Windows line ends'],
    ['RUN cat <<<A', ['run cat <<<A'], 'a here-string is none'],
    ['RUN cat<<A', ['run cat<<A'], 'only at the start of a word'],
    ['RUN "<<A"', ['run "<<A"'], 'not in quotes'],
    ["RUN echo don't <<A", ["run echo don't <<A"], 'a line with an open quote has none'],
    ['RUN echo $((1<<4))', ['run echo $((1<<4))'], 'a shift is none'],
    ['CMD cat <<A', ['cmd cat <<A'], 'not of CMD'],
    ["ADD b <<'", ["add b <<'"], 'not with an open quote, also as a destination'],
    ['RUN ["a", "<<A"]', ['run ["a","<<A"]'], 'not in JSON form'],
  ])('%j: %j, %s', (text, expected) => {
    expect(body(text)).toEqual(expected);
  });
});

describe('what BuildKit’s parser refuses', () => {
  test.each([
    ['', 1, 'file with no instructions'],
    ['# only\n\n', 2, 'file with no instructions'],
    ['# escape=x\nFROM a', 1, "invalid escape token 'x' does not match ` or \\"],
    ['# syntax=a\n# syntax=b\nFROM a', 2, 'only one syntax parser directive can be used'],
    ['FROM a\nRUN <<E\nx', 2, 'unterminated heredoc'],
    ['FROM a\nRUN <<A <<B\nA\n', 2, 'unterminated heredoc'],
    ['FROM a\nCMD [1]', 2, 'arrays must be comprised of strings only'],
    ['FROM a\nENV A', 2, 'ENV must have two arguments'],
    ['FROM a\nENV A=1 B', 2, 'Syntax error - can\'t find = in "B". Must be of the form: name=value'],
    ['FROM a\nENV A=1 \v"x', 2, 'can\'t find = in "\\"x"'],
    [`FROM a\nRUN <<E\n${'x'.repeat(65_536)}\nE`, 2, 'unterminated heredoc'],
    [`#\n${'x'.repeat(65_536)}\nFROM a`, 1, 'file with no instructions'],
    [
      `FROM a\n${'ONBUILD '.repeat(20_000)}RUN x`,
      2,
      'dockerfile line greater than max allowed size of 65535',
    ],
    [`FROM a\nRUN ${'x'.repeat(65_536)}`, 2, 'dockerfile line greater than max allowed size of 65535'],
  ])('%j: line %i, %s', (text, line, message) => {
    const parse = (): unknown => parseDockerfile(text, 'docker/app.Dockerfile');
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(`docker/app.Dockerfile:${line}: `);
    expect(parse).toThrow(message);
  });
});

describe('places', () => {
  const text =
    '# syntax=x\n\n# far\n\n# one\n  # two\nFROM a AS b\n  RUN --network=none  x \\\n   # c\n  "y" \n';
  const [from, run] = parseDockerfile(text).instructions;

  test('comments directly above belong to an instruction', () => {
    expect(from?.leadingComments).toEqual(['# one', '  # two']);
    expect(text.slice(from?.blockStart, from?.range.end)).toBe('# one\n  # two\nFROM a AS b');
    expect(run?.leadingComments).toEqual([]);
  });

  test('an instruction spans its lines, its value the text behind the flags', () => {
    expect([run?.startLine, run?.endLine]).toEqual([8, 10]);
    expect(text.slice(run?.range.start, run?.range.end)).toBe('RUN --network=none  x \\\n   # c\n  "y" ');
    expect(text.slice(run?.valueRange.start, run?.valueRange.end)).toBe('x \\\n   # c\n  "y"');
    expect(run?.value).toBe('x   "y"');
    const [flag] = run?.flags ?? [];
    expect(text.slice(flag?.range.start, flag?.range.end)).toBe('--network=none');
  });

  test('arguments know their places, in JSON form with their quotes', () => {
    const source = 'FROM a\nCOPY --link a.txt \\\n  b.txt /c/\nCOPY ["d e", "f\\"g"]\n';
    const places = parseDockerfile(source).instructions.map((one) =>
      argumentWords(one).map(({ text: word, range }) => [word, source.slice(range.start, range.end)]),
    );
    expect(places.slice(1)).toEqual([
      [
        ['a.txt', 'a.txt'],
        ['b.txt', 'b.txt'],
        ['/c/', '/c/'],
      ],
      [
        ['d e', '"d e"'],
        ['f"g', '"f\\"g"'],
      ],
    ]);
  });
});

const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      'FROM a',
      'RUN x',
      'RUN <<E',
      'COPY a b',
      'ENV A=1',
      'ARG B',
      'E',
      'CMD ["a"]',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\n',
      '\r\n',
      '\\\n',
      '`\n',
      ' ',
      '\t',
      '# c',
      '# escape=`',
      '\uFEFF',
      '"',
      "'",
      '--f=1 ',
      '<<-E ',
      '\\',
      '😀',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 6, unit: 'binary' }) },
);
const anyText = fc
  .array(fc.oneof(piece, fc.constant('\n')), { maxLength: 25 })
  .map((parts) => parts.join(''));

function expectNested(one: InstructionSyntax, text: string): void {
  expect(one.blockStart).toBeLessThanOrEqual(one.range.start);
  expect(one.sourceOffsets.length).toBe(one.value.length + 1);
  for (const [at, offset] of one.sourceOffsets.slice(0, -1).entries()) {
    expect(text[offset]).toBe(one.value[at]);
    expect(offset).toBeLessThan(one.sourceOffsets[at + 1] ?? -1);
  }
  for (const inner of [
    one.valueRange,
    ...one.flags.map(({ range }) => range),
    ...one.heredocs.map(({ range }) => range),
  ]) {
    expect(inner.start).toBeLessThanOrEqual(inner.end);
    expect(inner.start).toBeGreaterThanOrEqual(one.range.start);
    expect(inner.end).toBeLessThanOrEqual(one.range.end);
  }
  for (const doc of one.heredocs) expect(text.startsWith(doc.content, doc.range.start)).toBe(true);
}

describe('any text', () => {
  test('is refused with a reason, or kept whole: places nest, follow each other, and put together give the text', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyText, (rest) => {
        for (const text of [rest, `FROM a\n${rest}`]) {
          let parsed: ReturnType<typeof parseDockerfile>;
          try {
            parsed = parseDockerfile(text);
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
            continue;
          }
          accepted += 1;
          expect(parsed.text).toBe(text);
          let at = 0;
          let printed = '';
          for (const one of parsed.instructions) {
            expectNested(one, text);
            expect(one.blockStart).toBeGreaterThanOrEqual(at);
            printed += text.slice(at, one.range.start) + text.slice(one.range.start, one.range.end);
            at = one.range.end;
          }
          expect(printed + text.slice(at)).toBe(text);
        }
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  test('of any bytes comes back byte by byte, and what is refused is refused with its line', () => {
    const near = fc.constantFrom(
      0x0a,
      0x0d,
      0x20,
      0x23,
      0x5c,
      0x60,
      0x24,
      0x7b,
      0x22,
      0x3c,
      0xc3,
      0xa9,
      0xef,
      0xbb,
      0xbf,
    );
    const stray = fc.array(fc.oneof(near, fc.nat(255)), { maxLength: 12 }).map((list) => Buffer.from(list));
    const part = fc.oneof(
      stray,
      anyText.map((text) => Buffer.from(text)),
      fc.constant(Buffer.from('\nFROM a\n')),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const bytes = Buffer.concat(parts);
        try {
          const parsed = parseDockerfile(decodeLossless(bytes));
          expect(encodeLossless(parsed.text)).toEqual(bytes);
          resolveDockerfile(parsed);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(String(error)).toMatch(/Dockerfile(?::\d+: |: dockerfile contains no stages)/);
        }
      }),
      {
        numRuns: 2000,
        examples: [
          [[Buffer.from('FROM a\nLABEL m=Jos\xe9', 'latin1')]],
          [[Buffer.from('FROM a\nENV A=${\xff', 'latin1')]],
        ],
      },
    );
  });

  test('replacing an instruction by itself changes nothing', () => {
    fc.assert(
      fc.property(anyText, (rest) => {
        const text = `FROM a\n${rest}`;
        let parsed: ReturnType<typeof parseDockerfile>;
        try {
          parsed = parseDockerfile(text);
        } catch {
          return;
        }
        const edits = parsed.instructions.map(({ range }) => ({
          range,
          newText: text.slice(range.start, range.end),
        }));
        expect(applyEdits(text, edits.toReversed())).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
