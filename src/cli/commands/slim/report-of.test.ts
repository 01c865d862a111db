import { expect, test } from 'vitest';
import { compareImages, type ForecastSide } from '../../../compare/index.ts';
import type { Plan, PlannedEdit } from '../../../slim/index.ts';
import { type ReportParts, reportOf } from './report-of.ts';

const edit = (id: PlannedEdit['id'], predictedBytes: number | undefined): PlannedEdit => ({
  id,
  title: id,
  reason: '',
  risk: 'verify',
  predictedBytes,
  diff: '',
});
const plan: Plan = {
  edits: [edit('slim-base', undefined), edit('dockerignore', 5)],
  leftAlone: [],
  secrets: [],
  files: [],
};
const side: ForecastSide = { kind: 'forecast', name: 'x', rows: [] };
const parts: ReportParts = {
  projectDir: '/x',
  commandLine: '',
  standInNotes: [],
  target: { device: 'cpu', source: 'given', evidence: [] },
  comparison: compareImages({ fat: side, lean: side, uplinkBitsPerSecond: 1e8 }),
  plan,
  wholePlan: { ...plan, edits: [...plan.edits, edit('prune-tests', undefined)] },
  takenBack: [],
  skipped: new Set(['prune-tests']),
  files: [],
  warnings: [],
};

test.each([
  ['planned where nothing was built', parts, 'planned'],
  ['applied where an engine built it', { ...parts, engine: { name: 'docker', version: '27' } }, 'applied'],
])('edits are %s', (_, given, state) => {
  expect(reportOf(given).edits.map((one) => [one.id, one.state])).toEqual([
    ['slim-base', state],
    ['prune-tests', 'skipped'],
    ['dockerignore', state],
  ]);
});

test('a prediction that nobody can make is absent, not zero', () => {
  const predictions = new Map(reportOf(parts).edits.map((one) => [one.id, one]));
  expect(predictions.get('slim-base')).not.toHaveProperty('predictedBytes');
  expect(predictions.get('dockerignore')?.predictedBytes).toBe(5);
});
