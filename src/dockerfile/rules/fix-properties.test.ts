import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fixDockerfile,
  type LintOptions,
  lintDockerfile,
  lintRules,
  parseDockerfile,
  resolveDockerfile,
} from '../index.ts';

const folders = ['fixtures', 'expected'].map((name) => join(import.meta.dirname, '../rewrites', name));
/** Dockerfiles as people write them, and as the rewrites leave them. */
const texts = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.Dockerfile'))
    .sort()
    .map((name) => [`${folder.split('/').pop()}/${name}`, readFileSync(join(folder, name), 'utf8')] as const),
);

const ids = lintRules.map(({ id }) => id);

/** Only these rules; those that are off by default are on when they are among them. */
function only(enabled: readonly string[]): LintOptions {
  return {
    severities: new Map(
      ids.map((id) => [id, enabled.includes(id) ? ('warning' as const) : ('off' as const)]),
    ),
    labels: { required: new Map([['version', 'semver']]), isStrict: true },
    trustedRegistries: ['ghcr.io'],
  };
}

/** What the corrections must not change: the stages, and what the final container sees. */
function containerOf(text: string): unknown {
  const { stages, target } = resolveDockerfile(parseDockerfile(text));
  const last = stages[target];
  return {
    bases: stages.map(({ base }) => base.toLowerCase()),
    env: last?.after.env,
    workdir: last?.after.workdir,
    user: last?.after.user,
    keywords: last?.instructions
      .map(({ syntax }) => syntax.keyword.replace('add', 'copy').replace('maintainer', 'label'))
      .filter((keyword) =>
        ['copy', 'cmd', 'entrypoint', 'expose', 'healthcheck', 'volume'].includes(keyword),
      ),
  };
}

const enabled = fc.subarray(ids, { minLength: 1 });
const fixable = (text: string, options: LintOptions): readonly string[] =>
  lintDockerfile(text, options).flatMap(({ rule, edits }) => (edits.length > 0 ? [rule] : []));

function expectGood(text: string, rules: readonly string[]): void {
  const options = only(rules);
  const once = fixDockerfile(text, options);
  expect(fixDockerfile(once, options)).toBe(once);
  expect(fixable(once, options)).toEqual([]);
  expect(containerOf(once)).toEqual(containerOf(text));
}

describe.each(texts)('--fix of %s', (_, text) => {
  test('in any mixture of rules leaves a file that needs no correction and builds the same container', () => {
    expectGood(text, ids);
    fc.assert(
      fc.property(enabled, (rules) => expectGood(text, rules)),
      { numRuns: 15 },
    );
  });
});

const pages = join(import.meta.dirname, '../../../docs/rules');
/** Instructions of the examples of every rule, and of the cases above; those that name a stage or another escape character only work where they stand. */
const pool = [
  ...ids.flatMap((id) =>
    [...readFileSync(join(pages, `${id}.md`), 'utf8').matchAll(/```dockerfile\n([\s\S]*?)```/g)].map(
      ([, text = '']) => (/^\s*FROM\s/im.test(text) ? text : `FROM debian:12\n${text}`),
    ),
  ),
  ...texts.map(([, text]) => text).filter((text) => !/^# escape/.test(text)),
].flatMap((text) =>
  parseDockerfile(text)
    .instructions.filter(
      ({ keyword, flags }) => keyword !== 'from' && !flags.some(({ name }) => name === 'from'),
    )
    .map(({ blockStart, range }) => text.slice(blockStart, range.end).replaceAll('\r', '')),
);
const blocks = fc.array(fc.constantFrom(...new Set(pool)), { minLength: 1, maxLength: 14 });
const from = fc.constantFrom(
  'from python:3.12 as Build',
  'FROM python:3.12-slim',
  'FROM --platform=$TARGETPLATFORM debian AS b',
  'FROM fedora:40',
);

test('--fix of any mixture of instructions, too', () => {
  const stage = fc.record({ from, blocks });
  const mixture = fc.record({
    stages: fc.array(stage, { minLength: 1, maxLength: 2 }),
    rules: fc.oneof(fc.constant(ids), enabled),
    end: fc.constantFrom('\n', '\r\n'),
  });
  fc.assert(
    fc.property(mixture, ({ stages, rules, end }) => {
      const text = `${stages.map((one) => `${one.from}\n${one.blocks.join('\n')}`).join('\n')}\n`.replaceAll(
        '\n',
        end,
      );
      fc.pre(isResolvable(text));
      expectGood(text, rules);
    }),
    // The same mixtures each time: a rare one must not stop somebody else's work.
    { numRuns: 400, seed: 1968 },
  );
});

function isResolvable(text: string): boolean {
  try {
    resolveDockerfile(parseDockerfile(text));
    return true;
  } catch {
    return false;
  }
}
