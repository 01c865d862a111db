import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { runProcess } from '../../src/base/index.ts';
import { digests, docker, exampleCopy, labBuildArgs, leftContexts, plimsoll, scratch } from './run-cli.ts';

const sizes = z.object({ contentBytes: z.number() });
const reportSchema = z.object({
  schema: z.literal('plimsoll.slim/1'),
  standInNotes: z.array(z.string()),
  comparison: z.object({ isForecast: z.boolean(), total: z.object({ fat: sizes, lean: sizes }) }),
  edits: z.array(z.object({ id: z.string(), state: z.string() })),
  verification: z.object({
    verdict: z.string(),
    requests: z.array(z.object({ probe: z.string(), outcome: z.string() })),
  }),
  files: z.array(z.string()),
});

/** A git repository that keeps its own folder outside of the project, so that it does not change the build context from run to run. */
interface Repository {
  readonly env: Readonly<Record<string, string>>;
  readonly git: (...args: readonly string[]) => Promise<string>;
}

async function repositoryOf(project: string): Promise<Repository> {
  const env = { GIT_DIR: join(scratch(), 'git'), GIT_WORK_TREE: project };
  const git = async (...args: readonly string[]): Promise<string> => {
    const names = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    const { code, stdout, stderr } = await runProcess('git', ['-C', project, ...names, ...args], { env });
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'As it was');
  return { env, git };
}

describe.skipIf(inject('lab') === undefined)(`churn-api ${inject('noLabBecause')}`, () => {
  test('becomes lean, behaves the same, and the project is not touched', async () => {
    const project = exampleCopy('churn-api');
    const before = digests(project);
    const { code, stdout, stderr } = await plimsoll(['slim', project, '--json', ...labBuildArgs()]);

    expect(code, stderr).toBe(0);
    const report = reportSchema.parse(JSON.parse(stdout));
    const { isForecast, total } = report.comparison;
    expect(isForecast).toBe(false);
    expect(total.fat.contentBytes).toBeGreaterThan(1e9);
    expect(total.lean.contentBytes / total.fat.contentBytes).toBeLessThanOrEqual(0.25);

    const { verdict, requests } = report.verification;
    expect(verdict).toBe('same');
    expect(requests.filter(({ outcome }) => outcome !== 'same')).toEqual([]);
    const asked = requests.map(({ probe }) => probe.split(' ').slice(0, 2).join(' '));
    expect(asked).toEqual(expect.arrayContaining(['GET /health', 'GET /predict', 'POST /predict']));

    expect(digests(project)).toEqual(before);
    expect(leftContexts(project)).toEqual([]);
    const lean = ['Dockerfile', '.dockerignore', 'requirements.txt', 'compose.yaml'].map(
      (name) => `lean/${name}`,
    );
    const reports = ['report.html', 'report.md', 'report.json'];
    for (const path of [...lean, ...reports].map((name) => join(project, '.plimsoll', name))) {
      expect(existsSync(path), path).toBe(true);
      expect(report.files).toContain(path);
    }
    expect(JSON.parse(readFileSync(join(project, '.plimsoll/report.json'), 'utf8'))).toEqual(
      JSON.parse(stdout),
    );
    expect(loadedFromOutside(readFileSync(join(project, '.plimsoll/report.html'), 'utf8'))).toEqual([]);

    // Not the official bases: whoever reads the sizes must know.
    const label = '{{index .Config.Labels "dev.plimsoll.stand-in"}}';
    const isStandIn = (await docker('image', 'inspect', '--format', label, 'python:3.11')) !== '';
    expect(report.standInNotes.length > 0).toBe(isStandIn);
  });

  test('is applied to a clean git tree only, with a backup, and is lean from then on', async () => {
    const project = exampleCopy('churn-api');
    const { env, git } = await repositoryOf(project);
    const original = digests(project);
    const dockerfile = readFileSync(join(project, 'Dockerfile'), 'utf8');

    writeFileSync(join(project, 'train.py'), `${readFileSync(join(project, 'train.py'), 'utf8')}\n`);
    const dirty = digests(project);
    const refused = await plimsoll(['slim', project, '--apply', ...labBuildArgs()], { env });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/uncommitted changes \(train\.py\)[\s\S]*hint: .*--force/);
    expect(refused.stderr, 'refused before any build').not.toContain('Built the');
    expect(digests(project)).toEqual(dirty);

    await git('checkout', '--', 'train.py');
    const applied = await plimsoll(['slim', project, '--apply', ...labBuildArgs()], { env });
    expect(applied.code, applied.stderr).toBe(0);
    expect(applied.stderr).toMatch(/^--- a\/Dockerfile\n\+\+\+ b\/Dockerfile$/m);
    const backups = globSync('.plimsoll/backup/*/Dockerfile', { cwd: project });
    expect(backups.map((path) => readFileSync(join(project, path), 'utf8'))).toEqual([dockerfile]);
    const changed = (await git('status', '--porcelain')).split('\n').map((line) => line.slice(3));
    expect(changed).toEqual(expect.arrayContaining(['Dockerfile', '.dockerignore', 'compose.yaml']));
    expect(digests(project)['app/main.py']).toBe(original['app/main.py']);

    const again = await plimsoll(['slim', project, '--json', ...labBuildArgs()], { env });
    expect(again.code, again.stderr).toBe(0);
    expect(reportSchema.parse(JSON.parse(again.stdout)).edits).toEqual([]);
  });
});

/** What a browser would fetch for the page: sources, style sheets, imports, fonts. */
function loadedFromOutside(html: string): string[] {
  const loads =
    /(?:\bsrc(?:set)?\s*=|<link\b[^>]*\bhref\s*=|url\(|@import|\bfetch\(|\bimport\()\s*["']?\s*(?:https?:)?\/\/[^\s"')]*/gi;
  return html.match(loads) ?? [];
}
