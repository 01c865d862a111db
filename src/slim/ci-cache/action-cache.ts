import { isMap, isScalar, type YAMLMap } from 'yaml';
import type { BuildStep, StepChange } from './build-step.ts';
import {
  afterLine,
  appendKeys,
  beforeItem,
  indentAt,
  pairOf,
  rangeOf,
  type Splice,
} from './pipeline-text.ts';

const setup = 'docker/setup-buildx-action';

/** `cache-from` and `cache-to` for `docker/build-push-action`, and the builder that can export a cache; a sentence where that is not for us to add. */
export function actionCache(step: BuildStep): StepChange | string {
  const { node, place, scope } = step;
  const builder = builderOf(step);
  if (builder === 'docker') return `${place}: ${setup} has driver: docker, which exports no cache`;
  if (hasMatrix(step.job))
    return {
      splices: undefined,
      advice: `${place}: cache-from: type=gha,scope=NAME and cache-to: type=gha,mode=max,scope=NAME`,
      because: 'the job builds several images in turn: each needs a NAME of its own, from the matrix',
    };
  const suffix = scope === undefined ? '' : `,scope=${scope}`;
  const keys = [
    ['cache-from', `type=gha${suffix}`],
    ['cache-to', `type=gha,mode=max${suffix}`],
  ] as const;
  const isMissing = builder === undefined;
  const splices = [withKeys(step, keys), isMissing ? setupStep(step) : { at: 0, text: '' }];
  const lines = keys.map(([name, value]) => `${name}: ${value}`).join(' and ');
  const isPinned = /@[0-9a-f]{40}$/.test(String(node.get('uses')));
  return {
    splices: splices.every((one) => one !== undefined) ? splices : undefined,
    advice: `${place}: ${lines}${isMissing ? `, and before it a step uses: ${setup}@v3` : ''}`,
    ...(isMissing && isPinned ? { because: 'pin it to a commit as the others are' } : {}),
  };
}

/** The driver of the builder that a step above sets up; undefined where none does. */
function builderOf({ siblings = [], position }: BuildStep): string | undefined {
  const found = siblings
    .slice(0, position)
    .filter((item) => isMap(item))
    .findLast(
      (item) =>
        String(item.get('uses')).startsWith(`${setup}@`) || /buildx create/.test(String(item.get('run'))),
    );
  if (found === undefined) return undefined;
  const given: unknown = found.get('with', true);
  const driver: unknown = isMap(given) ? given.get('driver') : undefined;
  return typeof driver === 'string' ? driver : 'docker-container';
}

function hasMatrix(job: YAMLMap | undefined): boolean {
  const strategy: unknown = job?.get('strategy', true);
  if (!isMap(strategy)) return false;
  const matrix: unknown = strategy.get('matrix', true);
  // The platforms of one image, or versions of Python, are several images all the same.
  return matrix !== undefined;
}

function withKeys(
  { text, node }: BuildStep,
  keys: readonly (readonly [name: string, value: string])[],
): Splice | undefined {
  const given = pairOf(node, 'with')?.value;
  if (isMap(given)) return given.items.length === 0 ? undefined : appendKeys(text, given, keys);
  const uses = pairOf(node, 'uses');
  if (given !== undefined && given !== null) return undefined;
  if (node.flow === true || !isScalar(uses?.key) || !isScalar(uses.value)) return undefined;
  const [start, end] = [rangeOf(uses.key)?.[0], rangeOf(uses.value)?.[1]];
  if (start === undefined || end === undefined || pairOf(node, 'with') !== undefined) return undefined;
  const indent = indentAt(text, start);
  return afterLine(text, end, [
    `${indent}with:`,
    ...keys.map(([name, value]) => `${indent}  ${name}: ${value}`),
  ]);
}

/** The step that sets the builder up, named where its neighbour is. */
export function setupStep({ text, node }: BuildStep): Splice | undefined {
  const start = rangeOf(node)?.[0];
  if (start === undefined) return undefined;
  const lines = node.has('name')
    ? ['- name: Set up Docker Buildx', `  uses: ${setup}@v3`]
    : [`- uses: ${setup}@v3`];
  return beforeItem(text, start, lines);
}
