import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shrinkPasses } from '../shrink/index.ts';
import { editIds } from '../slim/index.ts';
import { type Finding, findingFacts, findingKinds, findingPages, sortFindings } from './index.ts';

test('facts sum every byte and sample the largest paths', () => {
  const files = Array.from({ length: 9 }, (_, i) => ({ path: `f${i}`, sizeBytes: i * 10 }));
  const facts = findingFacts('notebook', { files, layer: 3 });
  expect(facts.sizeBytes).toBe(360);
  expect(facts.pathCount).toBe(9);
  expect(facts.paths).toEqual(['f8', 'f7', 'f6', 'f5', 'f4']);
  expect(facts).toMatchObject({ waste: 'avoidable', severity: 'info', risk: 'safe', layer: 3 });
});

test('a finding that is no waste has no waste field, so that sums leave it out', () => {
  expect('waste' in findingFacts('model-weights')).toBe(false);
});

test('findings are sorted by severity, then bytes', () => {
  const make = (kind: 'notebook' | 'data-set' | 'git-directory', sizeBytes: number): Finding => ({
    kind,
    ...findingFacts(kind, { files: [{ path: kind, sizeBytes }] }),
  });
  const sorted = sortFindings([make('notebook', 900), make('data-set', 1), make('git-directory', 5)]);
  expect(sorted.map((one) => one.kind)).toEqual(['git-directory', 'data-set', 'notebook']);
});

test('the documentation has a section for every kind', () => {
  const written = readFileSync(new URL('../../docs/findings.md', import.meta.url), 'utf8');
  expect(written).toBe(findingPages());
  for (const [kind, info] of Object.entries(findingKinds)) expect(info.docs).toBe(`docs/findings.md#${kind}`);
});

test('a rewrite that a remedy names is an edit of `plimsoll slim`', () => {
  const named = Object.values(findingKinds).flatMap(({ rewrite }) => rewrite ?? []);
  expect(named.filter((id) => !editIds.some((edit) => edit === id))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});

test('a pass that a remedy names is a pass of `plimsoll shrink`', () => {
  const named = Object.values(findingKinds).flatMap(({ pass }) => pass ?? []);
  expect(named.filter((name) => !shrinkPasses.some((pass) => pass.name === name))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});
