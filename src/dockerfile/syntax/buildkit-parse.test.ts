// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold references of Dockerfiles
// The cases of BuildKit's own tests (moby/buildkit, frontend/dockerfile: parser/*_test.go, parser/testfiles, instructions/*_test.go; Apache-2.0), as tables of ours.
import { describe, expect, test } from 'vitest';
import { argumentWords, parseDockerfile, parseNameValues, resolveDockerfile } from '../index.ts';

/** One line an instruction: keyword, flags, and its arguments as BuildKit's parser gives them. */
function dump(text: string): readonly string[] {
  const syntax = parseDockerfile(text);
  return syntax.instructions.map((one) => {
    const { keyword, flags, json, value } = one;
    const isPairs = keyword === 'env' || keyword === 'label' || keyword === 'arg';
    const pairs = isPairs
      ? parseNameValues(one, syntax.escape).map((pair) =>
          pair.value === undefined ? [pair.name] : [pair.name, pair.value],
        )
      : undefined;
    const isList = ['add', 'copy', 'expose', 'from', 'volume'].includes(keyword);
    const words = isList
      ? argumentWords(one).map((word) => word.text)
      : (json ?? (value === '' ? [] : [value]));
    const written = flags.map((flag) => `--${flag.name}${flag.value === undefined ? '' : `=${flag.value}`}`);
    return [
      keyword,
      ...(written.length > 0 ? [JSON.stringify(written)] : []),
      JSON.stringify(pairs ?? words),
    ].join(' ');
  });
}

describe('files of parser/testfiles', () => {
  test.each<[string, readonly string[], string]>([
    [
      'CMD []\nCMD [""]\nCMD ["a","b"]\nCMD\t[\t"a",\t"b"\t]\t',
      ['cmd []', 'cmd [""]', 'cmd ["a","b"]', 'cmd ["a","b"]'],
      'json',
    ],
    [
      'CMD ["abc 123", "♥", "\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000"]',
      ['cmd ["abc 123","♥","\\" \\\\ / \\b \\f \\n \\r \\t \\u0000"]'],
      'its escapes',
    ],
    [`CMD '["echo", "JSON too?"]'`, [`cmd ["'[\\"echo\\", \\"JSON too?\\"]'"]`], 'JSON in a string'],
    ['CMD "[\\"echo\\"]"', ['cmd ["\\"[\\\\\\"echo\\\\\\"]\\""]'], 'in a string of two quotes'],
    ["CMD ['echo','single']", [`cmd ["['echo','single']"]`], 'single quotes are no JSON'],
    ['CMD ["echo", "no bracket"', ['cmd ["[\\"echo\\", \\"no bracket\\""]'], 'nor is an open bracket'],
    ['CMD ["echo", "look ma]', ['cmd ["[\\"echo\\", \\"look ma]"]'], 'nor an open string'],
    [
      'COPY\t.\t/go\nADD\t\tnull /\nADD\t\t[ "a b", "/tmp/a b" ]',
      ['copy [".","/go"]', 'add ["null","/"]', 'add ["a b","/tmp/a b"]'],
      'tabs, and JSON of ADD',
    ],
    [
      'ARG foo bar=baz\nFROM ubuntu\nARG abc="123 456" def',
      ['arg [["foo"],["bar","baz"]]', 'from ["ubuntu"]', 'arg [["abc","\\"123 456\\""],["def"]]'],
      'args',
    ],
    ['FROM a\n\nRUN something \\', ['from ["a"]', 'run ["something"]'], 'continue-at-eof'],
    [
      'RUN echo hello\\\n  world\\\n  goodnight  \\\n  moon\\\nlight',
      ['run ["echo hello  world  goodnight    moonlight"]'],
      'continueIndent',
    ],
    [
      'RUN echo hi \\\n \\\n world \\\n\\\n good\\\n\\\nnight',
      ['run ["echo hi   world  goodnight"]'],
      'lines that only continue',
    ],
    [
      'RUN echo hello \\\n# a comment\n\n# and one\n\nthis is more',
      ['run ["echo hello this is more"]'],
      'comments and empty lines',
    ],
    [
      'ENV name value\nENV name=value n2=v2',
      ['env [["name","value"]]', 'env [["name","value"],["n2","v2"]]'],
      'env',
    ],
    [
      `ENV name="v'quote space'v2"\nENV name='v"double quote"v2'`,
      [`env [["name","\\"v'quote space'v2\\""]]`, `env [["name","'v\\"double quote\\"v2'"]]`],
      'quotes in quotes',
    ],
    ["ENV name='a\\'b''", [`env [["name","'a\\\\'b''"]]`], 'a quote that stays open'],
    ['ENV a=v\\ w b=x\\ y', ['env [["a","v\\\\ w"],["b","x\\\\ y"]]'], 'escaped spaces'],
    [
      'ENV a=v \\\n    b="2a \\\n           2b" \\\n\tc="3a\\n\\"3b\\"" \\\n',
      ['env [["a","v"],["b","\\"2a            2b\\""],["c","\\"3a\\\\n\\\\\\"3b\\\\\\"\\""]]'],
      'pairs over lines, the last with a backslash',
    ],
    [
      '#escape = `\n\nFROM image\nENV GOPATH `\n\\go',
      ['from ["image"]', 'env [["GOPATH","\\\\go"]]'],
      'escape',
    ],
    [
      '# a comment\n# escape = `\n\nFROM image\nENV GOPATH \\\n\\go',
      ['from ["image"]', 'env [["GOPATH","\\\\go"]]'],
      'escape-after-comment',
    ],
    [
      '# syntax = docker/dockerfile\n# escape = `\n\nFROM `\n    image',
      ['from ["image"]'],
      'escape-with-syntax',
    ],
    [
      'LABEL maintainer Erik \\\\Hollensbe <e@h.org>\\"\nADD \\conf\\\\" /.znc',
      [
        'label [["maintainer","Erik \\\\\\\\Hollensbe <e@h.org>\\\\\\""]]',
        'add ["\\\\conf\\\\\\\\\\"","/.znc"]',
      ],
      'escapes',
    ],
    [
      'COPY --user=me --doit=true foo /tmp/\nCOPY --doit=true -- foo /tmp/\nCOPY -- foo /tmp/',
      [
        'copy ["--user=me","--doit=true"] ["foo","/tmp/"]',
        'copy ["--doit=true"] ["foo","/tmp/"]',
        'copy ["foo","/tmp/"]',
      ],
      'flags, of any name',
    ],
    [
      'CMD --doit [ "a", "b" ]\nCMD --doit -- [ ]',
      ['cmd ["--doit"] ["a","b"]', 'cmd ["--doit"] []'],
      'flags of CMD',
    ],
    [
      'HEALTHCHECK\nHEALTHCHECK --interval=5s \\\n  CMD /c --q\nHEALTHCHECK CMD\nHEALTHCHECK CONNECT TCP 7000',
      [
        'healthcheck []',
        'healthcheck ["--interval=5s"] ["CMD /c --q"]',
        'healthcheck ["CMD"]',
        'healthcheck ["CONNECT TCP 7000"]',
      ],
      'health',
    ],
    ['HEALTHCHECK --timeout=3s CMD ["foo"]', ['healthcheck ["--timeout=3s"] ["foo"]'], 'its JSON'],
    [
      "RUN    sh -c 'echo a \\\n        > /tmp/p'",
      [`run ["sh -c 'echo a         > /tmp/p'"]`],
      'spaces at both ends',
    ],
    [
      '# RUN \\\n# linebreak in comment \\\nRUN ["ls", "-la"]',
      ['run ["ls","-la"]'],
      'a comment continues nothing',
    ],
    [
      'ENV SCUBA 1 DUBA 3\nENV SCUBA "1 DUBA 3"',
      ['env [["SCUBA","1 DUBA 3"]]', 'env [["SCUBA","\\"1 DUBA 3\\""]]'],
      'the old form',
    ],
    ['VOLUME /a /b\nVOLUME ["/c", "/d"]', ['volume ["/a","/b"]', 'volume ["/c","/d"]'], 'multiple-volumes'],
    [
      'ENV C trailing\\\\backslash\\\\\nENV D not C',
      ['env [["C","trailing\\\\\\\\backslash\\\\\\\\"]]', 'env [["D","not C"]]'],
      'trailing-backslash',
    ],
    [
      'ENV E hello\\\n\\\nworld\nENV F hello\\\n \\\nworld\nENV G hello \\\n\\\nworld',
      ['env [["E","helloworld"]]', 'env [["F","hello world"]]', 'env [["G","hello world"]]'],
      'twice',
    ],
    [
      'ENV a=föo b=bàr c="âbc xÿz"',
      ['env [["a","föo"],["b","bàr"],["c","\\"âbc xÿz\\""]]'],
      'letters beyond ASCII',
    ],
  ])('%j: %j, %s', (text, expected) => {
    expect(dump(text)).toEqual(expected);
  });

  test('lines are counted over comments, empty lines and continuations', () => {
    const text = `# ESCAPE=\\\n\n\n\nFROM a\n\n\n# run\n\n\nENV GOPATH \\\n/go\n\n\n\n# why\nRUN b \\\n\t&& c \\\n\n\n    && d \\\n\n    && e\n\n\n`;
    expect(parseDockerfile(text).instructions.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [5, 5],
      [11, 12],
      [17, 23],
    ]);
  });
});

describe('heredocs', () => {
  const bodyOf = (text: string): readonly unknown[] =>
    parseDockerfile(`FROM a\n${text}`).instructions[1]?.heredocs.map((doc) => [
      doc.name,
      doc.content,
      doc.descriptor,
      doc.isExpanded,
      doc.isTabStripped,
    ]) ?? [];

  test.each<[string, readonly unknown[]]>([
    ['USER <<INVALID', []],
    ['RUN <<EMPTY\nEMPTY', [['EMPTY', '', 0, true, false]]],
    ['RUN 3<<EMPTY2\nEMPTY2', [['EMPTY2', '', 3, true, false]]],
    ['RUN "<<NOHEREDOC"', []],
    ['RUN <<INDENT\n\tfoo\n\tbar\nINDENT', [['INDENT', '\tfoo\n\tbar\n', 0, true, false]]],
    ['RUN <<-UNINDENT\n\tbaz\n\tquux\nUNINDENT', [['UNINDENT', '\tbaz\n\tquux\n', 0, true, true]]],
    ['RUN <<-UNINDENT2\n\tbaz\n\tUNINDENT2', [['UNINDENT2', '\tbaz\n', 0, true, true]]],
    ["RUN <<-'NOEXPAND'\n\tdon't $NAME\nNOEXPAND", [['NOEXPAND', "\tdon't $NAME\n", 0, false, true]]],
    [
      'RUN <<COMMENT\n# internal\necho b # trailing\nCOMMENT',
      [['COMMENT', '# internal\necho b # trailing\n', 0, true, false]],
    ],
    ['RUN --mount=type=cache,target=/foo <<MOUNT\necho\nMOUNT', [['MOUNT', 'echo\n', 0, true, false]]],
    [
      'COPY <<X <<Y /dest\nY\nX\nX\nY',
      [
        ['X', 'Y\n', 0, true, false],
        ['Y', 'X\n', 0, true, false],
      ],
    ],
    ["RUN <<COMPLEX python3\nprint('a')\nCOMPLEX", [['COMPLEX', "print('a')\n", 0, true, false]]],
    ['COPY <<file.txt /dest\na\nfile.txt', [['file.txt', 'a\n', 0, true, false]]],
    ["RUN <<eo'f'\na\neof", [['eof', 'a\n', 0, false, false]]],
    ["RUN <<eo\\'f\na\neo'f", [["eo'f", 'a\n', 0, true, false]]],
    ["RUN <<'e'o\\'f\na\neo'f", [["eo'f", 'a\n', 0, false, false]]],
    ["RUN <<'one two'\na\none two", [['one two', 'a\n', 0, false, false]]],
    ['RUN <<$EOF\n$EOF', [['$EOF', '', 0, true, false]]],
    ['RUN <<  EOF\nEOF', [['EOF', '', 0, true, false]]],
    ['RUN <<  EOF  > foo\nEOF', [['EOF', '', 0, true, false]]],
    ['RUN <<- EOF', []],
    ['RUN << -EOF\n-EOF', [['-EOF', '', 0, true, false]]],
    ['RUN <<EO"F"\nEOF', [['EOF', '', 0, false, false]]],
    [
      'RUN <<EOF <<EOF2\nEOF\nEOF2',
      [
        ['EOF', '', 0, true, false],
        ['EOF2', '', 0, true, false],
      ],
    ],
    ["RUN '<<EOF'", []],
    ['RUN ["<<EOF"]', []],
    ["RUN <<EOF'", []],
    ['RUN <<', []],
    ['RUN <EOF', []],
    ['RUN <<<EOF', []],
  ])('%j has %j', (text, heredocs) => {
    expect(bodyOf(text)).toEqual(heredocs);
  });
});

describe('directives', () => {
  test.each<[string, readonly string[]]>([
    ['#escape=\\\n# key = FOO bar\n\nFROM a', ['escape=\\']],
    ['# EScape=\\\n# KEY = FOO bar\n\nFROM a', ['escape=\\']],
    ['# syntax = dockerfile:experimental // opts\nFROM a', ['syntax=dockerfile:experimental // opts']],
    ['#!/bin/sh\n# syntax = x\nFROM a', ['syntax=x']],
    ['#!/bin/sh\n\n# syntax = x\nFROM a', []],
    ['\uFEFF# syntax = x\nFROM a', ['syntax=x']],
    ['#check = skip=all // opts\nFROM a', ['check=skip=all // opts']],
    ['#!/bin/sh\n# check = skip=all\nFROM a', ['check=skip=all']],
    ['#!/bin/sh\n\n# check = skip=all\nFROM a', []],
  ])('%j has %j', (text, directives) => {
    expect(parseDockerfile(text).directives.map(({ name, value }) => `${name}=${value}`)).toEqual(directives);
  });
});

describe('refusals', () => {
  test.each([
    ['', 'file with no instructions'],
    ['# Hello\n# These are just comments\n', 'file with no instructions'],
    ['FROM busybox\n\nENV PATH\n', 'ENV must have two arguments'],
    ['CMD [ "echo", [ "nested json" ] ]', 'arrays must be comprised of strings only'],
    ...['42', '123.456', '{}', '{"c": "d"}', '["c"]', 'true', 'false', 'null'].map((item) => [
      `CMD ["a",${item},"b"]`,
      'arrays must be comprised of strings only',
    ]),
    [
      `FROM image\nLABEL test=${'a'.repeat(65_536)}\n`,
      'dockerfile line greater than max allowed size of 65535',
    ],
  ])('by the parser, %j: %s', (text, message) => {
    expect(() => parseDockerfile(text ?? '')).toThrow(message);
  });

  test.each([
    ...['MAINTAINER', 'WORKDIR', 'USER', 'STOPSIGNAL'].map((name) => [name, 'requires exactly one argument']),
    ...['ENV', 'LABEL', 'ONBUILD', 'HEALTHCHECK', 'EXPOSE', 'VOLUME'].map((name) => [
      name,
      'requires at least one argument',
    ]),
    ['ADD arg1', 'ADD requires at least two arguments'],
    ['COPY arg1', 'COPY requires at least two arguments'],
    ['COPY\t\n\t\tquux \\\n      bar', 'COPY requires at least two arguments'],
    ['ENV =arg2', 'ENV names can not be blank'],
    ['LABEL =arg2', 'LABEL names can not be blank'],
    ['ONBUILD FROM scratch', "FROM isn't allowed as an ONBUILD trigger"],
    ['ONBUILD ONBUILD RUN touch foobar', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ['MAINTAINER --boo joe@example.com', 'unknown flag: --boo'],
    ['FOO bar', 'unknown instruction: FOO'],
    ['foo bar', 'unknown instruction: foo'],
    ['HEALTHCHECK --interval=50ns CMD x', 'cannot be less than 1ms'],
  ])('of an instruction, %j: %s', (line, message) => {
    const syntax = parseDockerfile(`FROM a\n${line}`);
    expect(() => resolveDockerfile(syntax)).toThrow(message);
  });

  test.each(['0ms', '1ms'])('an interval of %s is none', (interval) => {
    const text = `FROM a\nHEALTHCHECK --interval=${interval} CMD x`;
    expect(resolveDockerfile(parseDockerfile(text)).stages).toHaveLength(1);
  });
});
