import { describe, expect, test } from 'vitest';
import { UserError } from '../../../base/index.ts';
import { readAuditOptions } from './audit-options.ts';

const image = 'app.tar';

test.each<[given: object, expected: object]>([
  [{}, { format: 'table', interactive: false, quiet: false }],
  [{ json: true }, { format: 'json' }],
  [{ json: true, format: 'json' }, { format: 'json' }],
  [
    { format: 'html', output: 'x.html' },
    { format: 'html', output: 'x.html' },
  ],
  [
    { groupBy: 'directory', depth: '3' },
    { groupBy: 'directory', depth: 3 },
  ],
  [
    { groupBy: 'class', json: true },
    { groupBy: 'class', format: 'json' },
  ],
])('%j is understood', (given, expected) => {
  expect(readAuditOptions({ image, ...given })).toMatchObject({ image, ...expected });
});

describe('what would be passed over is refused', () => {
  test.each<[given: object, complaint: RegExp]>([
    [{ json: true, format: 'html' }, /two formats/],
    [{ depth: '2' }, /--depth is for --group-by directory/],
    [{ depth: '2', groupBy: 'layer' }, /--depth is for --group-by directory/],
    [{ depth: 'two', groupBy: 'directory' }, /--depth must be a number/],
    [{ depth: '0', groupBy: 'directory' }, /at least 1/],
    [{ depth: '1.5', groupBy: 'directory' }, /whole number/],
    [{ groupBy: 'layer', format: 'sarif' }, /--group-by is for the table and for JSON/],
    [{ output: '' }, /--output needs/],
  ])('%j', (given, complaint) => {
    expect(() => readAuditOptions({ image, ...given })).toThrow(UserError);
    expect(() => readAuditOptions({ image, ...given })).toThrow(complaint);
  });
});
