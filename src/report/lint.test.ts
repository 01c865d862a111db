import { expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { lintDockerfile } from '../dockerfile/index.ts';
import { type LintedFile, lintAnnotations, lintLines, lintSarif, lintTable } from './index.ts';

function linted(text: string, file = 'a/Dockerfile'): LintedFile {
  return { file, text, findings: lintDockerfile(text), fixed: undefined };
}

const broken: LintedFile = {
  file: 'b',
  text: '',
  findings: [],
  fixed: undefined,
  problem: new UserError('b:3: unknown instruction: FORM'),
};
const plain = { width: 60, hasColour: false };

test('a frame underlines the words in question', () => {
  expect(lintTable([linted('FROM debian as b\n')], plain)).toBe(`a/Dockerfile:1:6 warning untagged-base DL3006
  debian has no tag: it is whatever is newest on the day of
  the build
    1 | FROM debian as b
      |      ^^^^^^

a/Dockerfile:1:13 warning from-as-casing FromAsCasing
  as does not match the case of FROM
    1 | FROM debian as b
      |             ^^

2 findings in 1 file: 2 warnings. plimsoll lint --explain
RULE tells why; --fix corrects 1.
`);
});

/** The source and the mark below it of the only finding. */
function frame(text: string): readonly string[] {
  const [source = '', mark = ''] = lintTable([linted(text)], plain)
    .split('\n')
    .filter((line) => line.slice(0, 8).endsWith('| '));
  return [source.slice(8), mark.slice(8)];
}

test.each<readonly [text: string, source: string, mark: string, reason: string]>([
  ['FROM a:1\nRUN\tcd /x && a\n', 'RUN  cd /x && a', '     ^^^^^', 'a tab takes two columns'],
  [
    'FROM a:1\nRUN echo 日本 | b && sudo c\n',
    'RUN echo 日本 | b && sudo c',
    '                     ^^^^^^',
    'wide characters take two',
  ],
  [
    `FROM a:1\nRUN echo ${'x'.repeat(200)} && sudo c\n`,
    '…xxxx && sudo c',
    '         ^^^^^^',
    'a long line is cut down to the place',
  ],
  ['FROM a:1\nCMD a && \\\n  b\n', 'CMD a && \\', '^^^^^^^^', 'of several lines the first, without its end'],
  ['FROM a:1\nRUN sudo Jos\udce9\n', 'RUN sudo Jos\\xe9', '    ^^^^^^^^^^^^', 'a byte that is no UTF-8'],
  ['FROM a:1\nRUN sudo \x1b[31m\n', 'RUN sudo \\x1b[31m', '    ^^^^^^^^^^^^^', 'no control of the terminal'],
])('%j', (text, source, mark, reason) => {
  expect([reason, ...frame(text)]).toEqual([reason, source, mark]);
});

test('nothing is summed up where nothing was checked, and what was corrected is', () => {
  expect(lintTable([broken], plain)).toBe('');
  expect(lintTable([broken, { ...linted('FROM a:1\n'), correctedCount: 1 }], plain)).toBe(
    '1 finding corrected; 0 findings left in 1 file\n',
  );
});

test('lines, and commands of a workflow, with what could not be checked', () => {
  const files = [linted('FROM a:1\nCMD b && \\\n  c\nUSER root\n', 'a,b/100%'), broken];
  expect(
    lintLines(files),
  ).toBe(`a,b/100%:2:1: warning: CMD in shell form: signals reach the shell, not the program; write a JSON list [shell-form-command]
a,b/100%:4:1: warning: the container runs as root: end with a USER of its own [root-user]
b:3:1: error: unknown instruction: FORM [unreadable]
`);
  expect(
    lintAnnotations(files),
  ).toBe(`::warning file=a%2Cb/100%25,line=2,endLine=3,title=shell-form-command::CMD in shell form: signals reach the shell, not the program; write a JSON list
::warning file=a%2Cb/100%25,line=4,endLine=4,col=1,endColumn=10,title=root-user::the container runs as root: end with a USER of its own
::error file=b,line=3,endLine=3,col=1,endColumn=1,title=unreadable::unknown instruction: FORM
`);
});

test('lines and commands hold no control of the terminal', () => {
  const files = [linted('FROM a:1\nRUN pip install --no-cache-dir \x1b[2Ja\n', 'b\x07')];
  expect(lintLines(files)).toBe(
    'b\\x07:2:32: warning: \\x1b[2Ja has no fixed version; two builds can differ [unpinned-pip]\n',
  );
  expect(lintAnnotations(files)).toBe(
    '::warning file=b\\x07,line=2,endLine=2,col=32,endColumn=37,title=unpinned-pip::\\x1b[2Ja has no fixed version; two builds can differ\n',
  );
});

test('SARIF has what code scanning shows', () => {
  const log: unknown = JSON.parse(
    lintSarif([linted('FROM debian\n', './a b'), broken], { version: '1.2.3' }),
  );
  expect(log).toEqual({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Plimsoll',
            semanticVersion: '1.2.3',
            rules: [
              {
                id: 'untagged-base',
                shortDescription: { text: 'base image without a tag' },
                help: {
                  text: 'base image without a tag. The same as DL3006. plimsoll lint --explain untagged-base tells why, with examples.',
                },
                defaultConfiguration: { level: 'warning' },
                properties: { tags: ['DL3006'], 'problem.severity': 'warning' },
              },
            ],
          },
        },
        invocations: [
          {
            executionSuccessful: false,
            toolExecutionNotifications: [
              {
                level: 'error',
                message: { text: 'unknown instruction: FORM' },
                locations: [
                  { physicalLocation: { artifactLocation: { uri: 'b' }, region: { startLine: 3 } } },
                ],
              },
            ],
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: [
          {
            ruleId: 'untagged-base',
            ruleIndex: 0,
            level: 'warning',
            message: { text: 'debian has no tag: it is whatever is newest on the day of the build' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'a%20b' },
                  region: { startLine: 1, startColumn: 6, endLine: 1, endColumn: 12 },
                },
              },
            ],
          },
        ],
      },
    ],
  });
});
