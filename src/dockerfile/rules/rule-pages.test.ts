import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintDockerfile, lintRules, namesOfRule } from '../index.ts';

const docs = new URL('../../../docs/', import.meta.url);
const list = readFileSync(new URL('lint.md', docs), 'utf8');
const pages = lintRules.map((rule) => ({
  rule,
  page: readFileSync(new URL(`rules/${rule.id}.md`, docs), 'utf8'),
}));

test.each(pages)('the page of $rule.id tells its title, severity and names', ({ rule, page }) => {
  const severity = rule.isOptIn ? `${rule.severity}, off by default` : rule.severity;
  const [hadolint, buildkit] = [
    namesOfRule(rule).filter((name) => /^DL/.test(name)),
    rule.buildkit === undefined ? [] : [`BuildKit ${rule.buildkit}`],
  ];
  const names = [...(hadolint.length === 0 ? [] : [`hadolint ${hadolint.join(', ')}`]), ...buildkit];
  const title = rule.title.charAt(0).toUpperCase() + rule.title.slice(1);
  expect(page.split('\n').slice(0, 3).join('\n').replaceAll('`', '')).toBe(
    `# ${rule.id}\n\n${title}. Severity: ${severity}; ${names.length === 0 ? 'ours alone' : names.join(', ')}.`,
  );
});

test.each(pages)('docs/lint.md lists $rule.id', ({ rule }) => {
  const row = list.split('\n').find((line) => line.includes(`(rules/${rule.id}.md)`));
  const severity = rule.isOptIn ? `off (${rule.severity})` : rule.severity;
  expect(row?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    `[${rule.id}](rules/${rule.id}.md)`,
    namesOfRule(rule)
      .filter((name) => /^DL/.test(name))
      .join(', '),
    rule.buildkit ?? '',
    severity,
    rule.title,
    '',
  ]);
});

/** Rules whose examples need what lies around the Dockerfile. */
const needsProject = ['copy-ignored-file', 'missing-library', 'missing-program', 'untrusted-registry'];

test.each(pages.filter(({ rule }) => !needsProject.includes(rule.id)))(
  'the examples of $rule.id are bad and good',
  ({ rule, page }) => {
    const [bad = '', good = ''] = [...page.matchAll(/```dockerfile\n([\s\S]*?)```/g)].map(([, text = '']) =>
      /^\s*FROM\s/im.test(text) ? text : `FROM debian:12\n${text}`,
    );
    const labels = { required: new Map([['version', 'semver'] as const]), isStrict: true };
    const fires = (text: string): boolean =>
      lintDockerfile(text, { labels, severities: new Map(rule.isOptIn ? [[rule.id, 'info']] : []) }).some(
        (one) => one.rule === rule.id,
      );
    expect([fires(bad), fires(good)]).toEqual([true, false]);
  },
);
