import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { runProcess } from '../base/index.ts';
import { type PipelineImage, type PipelineRequest, pipelineProviders } from './index.ts';

const one: PipelineImage = {
  name: 'app',
  context: '.',
  dockerfile: 'Dockerfile',
  buildArgs: {},
  secrets: [],
  maxGrowth: '10%',
};
const full: PipelineImage = {
  name: 'api',
  context: 'services/the api',
  dockerfile: 'docker/api.Dockerfile',
  target: 'runtime',
  buildArgs: { VERSION: '1: "two" # $HOME', OTHER: "it's" },
  secrets: ['pip-conf', 'token'],
  gatesFile: 'services/the api/.plimsoll.yaml',
};
const imageSets: Readonly<Record<string, readonly PipelineImage[]>> = {
  'one image': [one],
  'one image with everything': [full],
  'several images': [full, { ...one, name: 'worker', context: 'worker', dockerfile: 'worker/Dockerfile' }],
};
const repositories = [undefined, 'ghcr.io/acme/app', 'acme/app', 'registry.example.org:5000/team/app'];

interface Combination {
  readonly name: string;
  readonly request: PipelineRequest;
}

/** Every combination of what a provider can be asked for. */
function combinations(provider: string): readonly Combination[] {
  const { caches, path } = providerOf(provider);
  return Object.entries(imageSets).flatMap(([set, images]) =>
    repositories.flatMap((repository) =>
      caches.flatMap((cache) =>
        (['current', 'any'] as const).map((compat) => ({
          name: `${set}, ${repository ?? 'own registry'}, ${cache}, ${compat}`,
          request: {
            images,
            repository,
            cache,
            compat,
            branch: 'release/1.x',
            version: '1.2.3',
            place: path,
          },
        })),
      ),
    ),
  );
}

function providerOf(name: string): (typeof pipelineProviders)[number] {
  const found = pipelineProviders.find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`no provider ${name}`);
  return found;
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pipeline-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What GitHub's own parser has against a workflow: unknown keys, wrong values, expressions with contexts that are not there. */
async function workflowProblems(text: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow(
    { name: 'image.yml', content: text },
    new NoOperationTraceWriter(),
  );
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (value === undefined) return [...errors, 'it is no workflow'];
  const { errors: more = [] } = await convertWorkflowTemplate(context, value);
  return [...errors, ...more.map(({ Message }) => Message)];
}

const hasShellcheck = await runProcess('shellcheck', ['--version']).then(
  () => true,
  () => false,
);

const judged = new Map<string, Promise<string>>();

/** What the shells here, and shellcheck where it is installed, have against a script. */
function scriptProblems(text: string): Promise<string> {
  const known = judged.get(text) ?? judgeScript(text);
  judged.set(text, known);
  return known;
}

async function judgeScript(text: string): Promise<string> {
  const file = join(scratch(), 'script.sh');
  writeFileSync(file, text.startsWith('#!') ? text : `#!/bin/sh\n${text}`);
  const checks = [
    ['sh', '-n', file],
    ...(hasShellcheck ? [['shellcheck', '--shell=sh', '--exclude=SC2016', file]] : []),
  ];
  const results = await Promise.all(checks.map(([program = '', ...args]) => runProcess(program, args)));
  return results.map(({ code, stdout, stderr }) => (code === 0 ? '' : `${stdout}${stderr}`)).join('');
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
}

/** The steps of every job of a workflow. */
function stepsOf(text: string): readonly Step[] {
  const jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> = parse(text).jobs;
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

describe('github', () => {
  const provider = providerOf('github');

  test.each(combinations('github'))('GitHub’s parser takes it: $name', async ({ request }) => {
    const text = provider.write(request);
    expect(await workflowProblems(text)).toEqual([]);
    // What an expression of ours names is there.
    const { jobs } = parse(text);
    const row = Object.assign({}, ...(jobs.image.strategy?.matrix.include ?? []));
    for (const [, key = ''] of text.matchAll(/\bmatrix\.([\w-]+)/g)) expect(row).toHaveProperty(key);
    for (const [, id, output] of text.matchAll(/\bsteps\.(\w+)\.outputs\.(\w+)/g)) {
      const step = stepsOf(text).find((each) => each.id === id);
      expect(step?.run).toContain(`echo "${output}=`);
    }
  });

  test.each([
    ['packages: write', 'packages: writ', 'a value that there is not'],
    ['timeout-minutes', 'timeout-minute', 'a key that there is not'],
    ['${{ github.token }}', '${{ gitub.token }}', 'a context that there is not'],
    ['${{ github.workflow }}', '${{ secrets.X }}', 'a context that is not there at that place'],
    ["format('type", "formt('type", 'a function that there is not'],
    ['needs: image', 'needs: imag', 'a job that there is not'],
  ])('the parser would find %s → %s: %s', async (from, to) => {
    const [combination] = combinations('github');
    const text = provider.write(combination?.request as PipelineRequest);
    expect(text).toContain(from);
    expect(await workflowProblems(text.replace(from, to))).not.toEqual([]);
  });

  test.each(combinations('github'))('its scripts are sound: $name', async ({ request }) => {
    const text = provider.write(request);
    for (const { run } of stepsOf(text)) {
      if (run === undefined) continue;
      // What comes from outside reaches a script as data, in its environment.
      expect(run).not.toContain('${{');
      expect(await scriptProblems(run)).toBe('');
    }
  });

  test.each(combinations('github'))(
    'every action is pinned, with its version beside it: $name',
    ({ request }) => {
      const lines = provider.write(request).match(/^ *(?:- )?uses: .*$/gm) ?? [];
      expect(lines.length).toBeGreaterThan(5);
      for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    },
  );

  test.each(combinations('github'))(
    'a change under review pushes nothing and writes no shared cache: $name',
    ({ request }) => {
      const text = provider.write(request);
      const { jobs, permissions } = parse(text);
      expect(permissions).toEqual({});
      const steps: readonly Record<string, unknown>[] = jobs.image.steps;
      expect(steps.find(({ name }) => name === 'Push')).toMatchObject({
        if: "github.event_name != 'pull_request'",
      });
      const { with: given } = steps.find(({ name }) => name === 'Build') as { with: Record<string, string> };
      const cacheTo = given['cache-to'] ?? '';
      // GitHub keeps its own cache apart by branch.
      expect(cacheTo).toMatch(
        request.cache === 'gha'
          ? /^type=gha,mode=max,scope=/
          : /^\$\{\{ github\.event_name != 'pull_request' && /,
      );
      expect(cacheTo).toContain('mode=max');
      expect(/compression=zstd/.test(given['outputs'] ?? '')).toBe(request.compat === 'current');
      expect(jobs.comment.permissions).toEqual({ 'pull-requests': 'write' });
    },
  );

  test('only what can change an image starts it, where that is less than the repository', () => {
    const on = (set: string): Record<string, { paths?: string[] }> => {
      const found = combinations('github').find(({ name }) => name.startsWith(`${set},`));
      return parse(provider.write(found?.request as PipelineRequest)).on;
    };
    expect(on('one image')['push']).not.toHaveProperty('paths');
    expect(on('several images')['pull_request']?.paths).toEqual([
      ...['services/the api/**', 'docker/api.Dockerfile', 'worker/**'],
      ...['.plimsoll.yaml', '.github/workflows/image.yml'],
    ]);
  });

  test('a path or a branch is what it is called, not a glob', () => {
    const [request] = combinations('github').map((one) => one.request);
    const images = [{ ...one, context: 'a[1]+b*', dockerfile: '!d/Dockerfile?' }];
    const { on } = parse(provider.write({ ...(request as PipelineRequest), images, branch: 'c++' }));
    expect(on.push.branches).toEqual(['c\\+\\+']);
    expect(on.push.paths.slice(0, 2)).toEqual(['a\\[1\\]\\+b\\*/**', '\\!d/Dockerfile\\?']);
  });

  test('secrets reach the step that builds, and no other', () => {
    const found = combinations('github').find(({ name }) => name.startsWith('several images,'));
    const steps: readonly { readonly env?: object; readonly with?: object }[] = parse(
      provider.write(found?.request as PipelineRequest),
    ).jobs.image.steps;
    const own = steps.filter(({ env = {} }) => 'PIP_CONF' in env);
    expect(own).toMatchObject([
      {
        name: 'Build',
        env: { PIP_CONF: '${{ secrets.PIP_CONF }}', TOKEN: '${{ secrets.TOKEN }}' },
        with: { 'secret-envs': 'pip-conf=PIP_CONF\ntoken=TOKEN\n' },
      },
    ]);
  });

  test('build arguments arrive as they are', () => {
    const found = combinations('github').find(({ name }) => name.startsWith('several images,'));
    const { jobs } = parse(provider.write(found?.request as PipelineRequest));
    expect(jobs.image.strategy.matrix.include[0]['build-args']).toBe(
      `VERSION=1: "two" # $HOME\nOTHER=it's\n`,
    );
  });
});

describe('gitlab', () => {
  const provider = providerOf('gitlab');
  // Validates with GitLab's own schema, and expands `extends`, `needs` and rules.
  const program = createRequire(import.meta.url).resolve('gitlab-ci-local');

  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-gitlab-'));
    for (const words of [
      ['init', '--quiet', '--initial-branch=main'],
      ['remote', 'add', 'origin', 'https://gitlab.example.org/acme/app.git'],
      ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--allow-empty', '-m', 'x'],
    ])
      await runProcess('git', words, { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function expanded(text: string): Promise<{ readonly code: number | null; readonly said: string }> {
    writeFileSync(join(folder, '.gitlab-ci.yml'), text);
    const args = ['--list-csv-all', '--evaluate-rule-changes=false', '--variable', 'CI_COMMIT_TAG=v1'];
    const { code, stdout, stderr } = await runProcess(process.execPath, [program, ...args], {
      cwd: folder,
      env: { HOME: folder, NO_COLOR: '1' },
    });
    return { code, said: stdout + stderr };
  }

  test.each(combinations('gitlab'))('GitLab’s schema takes it: $name', async ({ request }) => {
    const { code, said } = await expanded(provider.write(request));
    expect(code, said).toBe(0);
    for (const { name } of request.images)
      expect(said).toContain(request.images.length === 1 ? 'plimsoll-image' : `plimsoll-image-${name}`);
  });

  test.each([
    ['interruptible: true', 'interruptible: 7', 'a value of another type'],
    ['when: always', 'when: allways', 'a value that there is not'],
    ['extends: .plimsoll-image', 'extends: .plimsoll-imag', 'a job that there is not'],
    ['stage: test', 'stage: tests', 'a stage that there is not'],
  ])('it would find %s → %s: %s', async (from, to) => {
    const [combination] = combinations('gitlab');
    const text = provider.write(combination?.request as PipelineRequest);
    expect(text).toContain(from);
    expect((await expanded(text.replace(from, to))).code).not.toBe(0);
  });

  test.each(combinations('gitlab'))(
    'its scripts are sound, and a merge request pushes nothing: $name',
    async ({ request }) => {
      const content: Record<string, { script?: string[]; before_script?: string[] }> = parse(
        provider.write(request),
      );
      const scripts = Object.values(content).flatMap(({ script = [], before_script = [] }) => [
        ...before_script,
        ...script,
      ]);
      for (const script of scripts) expect(await scriptProblems(script)).toBe('');
      const build = scripts.find((script) => script.includes('buildx build')) ?? '';
      expect(build).toMatch(/if \[ -z "\$\{CI_MERGE_REQUEST_IID:-\}" \]; then\n {2}set -- "\$@" --cache-to/);
      expect(build).toMatch(/if \[ -z "\$\{CI_MERGE_REQUEST_IID:-\}" \]; then\n {2}for tag in/);
    },
  );

  test('each image is built when its own files change; build arguments are data', () => {
    const found = combinations('gitlab').find(({ name }) => name.startsWith('several images,'));
    const content = parse(provider.write(found?.request as PipelineRequest));
    expect(content['plimsoll-image-worker'].rules[0].changes).toEqual([
      'worker/**',
      '.plimsoll.yaml',
      '.gitlab-ci.yml',
    ]);
    expect(content['plimsoll-image-api'].variables.BUILD_ARGUMENTS).toEqual({
      value: `VERSION=1: "two" # $HOME\nOTHER=it's\n`,
      expand: false,
    });
  });
});

describe('generic', () => {
  const provider = providerOf('generic');

  test.each(combinations('generic'))('its script is sound: $name', async ({ request }) => {
    expect(await scriptProblems(provider.write(request))).toBe('');
  });
});

test.each(pipelineProviders)(
  '$name runs the version that wrote it, without the scripts of packages',
  ({ name, write }) => {
    const [combination] = combinations(name);
    const text = write(combination?.request as PipelineRequest);
    expect(text).toContain('npx --yes --ignore-scripts plimsoll@1.2.3 ');
    expect(text).toContain('Written by plimsoll ci');
  },
);

test("GitLab's paths are no globs either", () => {
  const [request] = combinations('gitlab').map((one) => one.request);
  const images = [{ ...one, context: 'a[1]{b}', dockerfile: 'd/Dockerfile' }];
  const jobs = parse(providerOf('gitlab').write({ ...(request as PipelineRequest), images }));
  expect(jobs['plimsoll-image'].rules[0].changes.slice(0, 2)).toEqual(['a\\[1\\]\\{b\\}/**', 'd/Dockerfile']);
});

test.each(['github', 'gitlab'])("%s: Amazon's registry wants more than a password once set", (name) => {
  const [request] = combinations(name).map((one) => one.request);
  const said = (repository: string): string =>
    providerOf(name)
      .preparations({ ...(request as PipelineRequest), repository })
      .join(' ');
  expect(said('123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app')).toMatch(/Amazon/);
  expect(said('registry.example.org/team/app')).not.toMatch(/Amazon/);
});
