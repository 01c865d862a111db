import { expect, test } from 'vitest';
import { parseDockerfile, parseNameValues } from '../index.ts';

function pairsOf(line: string, escapeDirective = ''): readonly unknown[] {
  const text = `${escapeDirective}FROM a\n${line}\n`;
  const syntax = parseDockerfile(text);
  const instruction = syntax.instructions.at(-1);
  if (instruction === undefined) return [];
  return parseNameValues(instruction, syntax.escape).map((pair) => [
    pair.name,
    pair.value,
    text.slice(pair.valueRange.start, pair.valueRange.end),
  ]);
}

test.each([
  [
    'ENV A=1 B=2',
    [
      ['A', '1', '1'],
      ['B', '2', '2'],
    ],
    'pairs',
  ],
  [
    'ENV A="x y" B=x\\ y',
    [
      ['A', '"x y"', '"x y"'],
      ['B', 'x\\ y', 'x\\ y'],
    ],
    'quotes and escapes stay',
  ],
  [
    "ENV A='\\' B=2",
    [
      ['A', "'\\'", "'\\'"],
      ['B', '2', '2'],
    ],
    'no escape in single quotes',
  ],
  ['ENV A=', [['A', '', '']], 'empty'],
  ['ENV A=b=c', [['A', 'b=c', 'b=c']], 'the first = counts'],
  ['ENV A b  c=d "e" ', [['A', 'b  c=d "e"', 'b  c=d "e"']], 'the old form takes the rest'],
  ['ENV A \\\n  b', [['A', 'b', 'b']], 'the old form over two lines'],
  [
    'ENV A=1 \\\n    B=2',
    [
      ['A', '1', '1'],
      ['B', '2', '2'],
    ],
    'pairs over two lines',
  ],
  ['ENV A=1\\\n2', [['A', '12', '1\\\n2']], 'a value over two lines'],
  ['ENV A=1\\', [['A', '1', '1']], 'an escape at the end is a continuation'],
  ['LABEL "a b"=c', [['"a b"', 'c', 'c']], 'a quoted name'],
  [
    'ARG A B=2 C=',
    [
      ['A', undefined, ''],
      ['B', '2', '2'],
      ['C', '', ''],
    ],
    'names alone, in ARG',
  ],
])('%j is %j: %s', (line, expected) => {
  expect(pairsOf(line)).toEqual(expected);
});

test('the escape directive holds for words', () => {
  expect(pairsOf('ENV A=c:\\ B=x` y', '# escape=`\n')).toEqual([
    ['A', 'c:\\', 'c:\\'],
    ['B', 'x` y', 'x` y'],
  ]);
});
