import { expect, test } from 'vitest';
import { textTable } from './text-table.ts';

test('numbers end and names begin on one line, whichever is wider, header or cell', () => {
  expect(
    textTable(
      ['', 'fat', 'lean image'],
      [
        ['code changed', '93.0 s', '4.1 s'],
        ['pushed', '1.20 GB', ''],
      ],
    ),
  ).toBe(
    [
      '                  fat  lean image',
      '────────────  ───────  ──────────',
      'code changed   93.0 s       4.1 s',
      'pushed        1.20 GB',
    ].join('\n'),
  );
});
