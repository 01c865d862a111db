import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';
import { labelsOf } from './visit.ts';

/** A label that `label-schema` asks for is not set. */
export const missingLabel: LintRule = {
  id: 'missing-label',
  hadolint: 'DL3049',
  severity: 'info',
  title: 'a label is missing',
  check: ({ model, syntax, labels }) => {
    const stages = keptStages(model);
    const from = stages.at(-1)?.from;
    if (from === undefined) return [];
    const set = new Set(stages.flatMap((stage) => labelsOf(stage, syntax)).map(({ name }) => name));
    return [...labels.required.keys()]
      .filter((name) => !set.has(name))
      .map((name) => ({ range: from.range, message: `the image has no label ${name}` }));
  },
};
