// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pipelines hold references
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readProject } from '../../project/index.ts';
import { type CiCacheProposal, proposeCiCache } from './index.ts';

const workflow = '.github/workflows/ci.yml';

async function proposalFor(
  files: Readonly<Record<string, string>>,
  directory = '.',
): Promise<CiCacheProposal> {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-ci-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const all = { '.git/HEAD': '', [join(directory, 'Dockerfile')]: 'FROM a:1\n', ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return proposeCiCache(await readProject(join(root, directory), { dockerfile: 'Dockerfile' }));
}

/** The lines that a proposal adds to its only file (`+`), and those that it replaces (`-`). */
function changesOf({ files }: CiCacheProposal): readonly string[] {
  const [file] = files;
  if (file === undefined) return [];
  const [before, after] = [file.previous ?? '', file.content].map((text) => text.split('\n'));
  const left = [...(before ?? [])];
  const added = (after ?? []).filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(0, at + 1, ...left.slice(0, at));
    return at === -1;
  });
  return [
    ...left.filter((line) => line !== '').map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
  ];
}

const job = (steps: string, more = ''): string =>
  `# ours\non: push\njobs:\n  image:\n    runs-on: ubuntu-latest   # theirs\n${more}    steps:\n      - uses: actions/checkout@v4\n${steps}`;
const setup = '      - uses: docker/setup-buildx-action@v3\n';

test.each<readonly [title: string, text: string, changes: readonly string[], advice: string]>([
  [
    'a step with its builder',
    job(
      `${setup}      - uses: docker/build-push-action@v6\n        with:\n          context: .   # all\n          push: true # yes\n      - run: echo\n`,
    ),
    ['+          cache-from: type=gha', '+          cache-to: type=gha,mode=max'],
    `${workflow}:9: cache-from: type=gha and cache-to: type=gha,mode=max`,
  ],
  [
    'a step without one, named, below a comment',
    job(
      '\n      # the image\n      - name: Build\n        uses: docker/build-push-action@v6\n        with:\n          tags: |\n            a/b:1\n\n      - run: echo\n',
    ),
    [
      '+      - name: Set up Docker Buildx',
      '+        uses: docker/setup-buildx-action@v3',
      '+          cache-from: type=gha',
      '+          cache-to: type=gha,mode=max',
      '+',
    ],
    `${workflow}:10: cache-from: type=gha and cache-to: type=gha,mode=max, and before it a step uses: docker/setup-buildx-action@v3`,
  ],
  [
    'a step in braces',
    job(`${setup}      - uses: docker/build-push-action@v6\n        with: { push: true }\n`),
    [
      '-        with: { push: true }',
      '+        with: { push: true, cache-from: type=gha, cache-to: "type=gha,mode=max" }',
    ],
    `${workflow}:9: cache-from: type=gha and cache-to: type=gha,mode=max`,
  ],
  [
    'a step without `with`, at the end of the file',
    job(`${setup}      - uses: docker/build-push-action@v6`),
    ['+        with:', '+          cache-from: type=gha', '+          cache-to: type=gha,mode=max'],
    `${workflow}:9: cache-from: type=gha and cache-to: type=gha,mode=max`,
  ],
  [
    'a command that pushes, with its builder',
    job(
      `${setup}      - run: |\n          docker login -u a ghcr.io\n          docker buildx build --push -t ghcr.io/\${{ github.repository }}:\${{ github.sha }} . # b\n`,
    ),
    [
      '-          docker buildx build --push -t ghcr.io/${{ github.repository }}:${{ github.sha }} . # b',
      '+          docker buildx build --cache-from "type=registry,ref=ghcr.io/${{github.repository}}:buildcache" --cache-to "type=registry,ref=ghcr.io/${{github.repository}}:buildcache,mode=max" --push -t ghcr.io/${{ github.repository }}:${{ github.sha }} . # b',
    ],
    `${workflow}:9: docker buildx build --cache-from "type=registry,ref=ghcr.io/\${{github.repository}}:buildcache" --cache-to "type=registry,ref=ghcr.io/\${{github.repository}}:buildcache,mode=max" …`,
  ],
])('GitHub: %s', async (_, text, changes, advice) => {
  const proposal = await proposalFor({ [workflow]: text });
  expect([changesOf(proposal), proposal.advice]).toEqual([changes, [advice]]);
  // What is changed has nothing left to change.
  const again = await proposalFor({ [workflow]: proposal.files[0]?.content ?? '' });
  expect([again.files, again.advice]).toEqual([[], []]);
});

const cached = 'type=registry,ref=$CI_REGISTRY_IMAGE:buildcache';

test.each<readonly [title: string, text: string, changes: readonly string[]]>([
  [
    'a login of all jobs, another indentation, and the builder there',
    'default:\n    before_script:\n        - docker login -u "$CI_REGISTRY_USER" $CI_REGISTRY\nbuild:\n    script:\n        - docker buildx create --use\n        - docker buildx build --push -t "$CI_REGISTRY_IMAGE/api:${CI_COMMIT_SHA}" .\n',
    [
      '-        - docker buildx build --push -t "$CI_REGISTRY_IMAGE/api:${CI_COMMIT_SHA}" .',
      `+        - docker buildx build --cache-from "${cached.replace(':build', '/api:build')}" --cache-to "${cached.replace(':build', '/api:build')},mode=max" --push -t "$CI_REGISTRY_IMAGE/api:\${CI_COMMIT_SHA}" .`,
    ],
  ],
  [
    'a list of lines',
    '# ours\nbuild:\n  image: docker:27\n  services: [docker:27-dind]\n  script:\n    - docker login\n    # the image\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n',
    [
      '-    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .',
      '+    - docker context create ci',
      '+    - docker buildx create --use ci',
      `+    - docker buildx build --load --cache-from "${cached}" --cache-to "${cached},mode=max" -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .`,
    ],
  ],
])('GitLab: %s', async (_, text, changes) => {
  const proposal = await proposalFor({ '.gitlab-ci.yml': text });
  expect([changesOf(proposal), proposal.leftAlone]).toEqual([changes, []]);
  const again = await proposalFor({ '.gitlab-ci.yml': proposal.files[0]?.content ?? '' });
  expect([again.files, again.advice]).toEqual([[], []]);
});

const build = (given: string): string =>
  `${setup}      - uses: docker/build-push-action@v6\n        with: {push: true${given}}\n`;

test.each<readonly [title: string, path: string, text: string, advice: readonly unknown[]]>([
  ['a cache of its own', workflow, job(build(', cache-from: type=registry')), []],
  ['no cache on purpose', workflow, job(build(', no-cache: true')), []],
  ['a machine of its own', workflow, job(build('')).replace('ubuntu-latest', '[self-hosted, linux]'), []],
  [
    'a matrix',
    workflow,
    job(build(''), '    strategy: { matrix: { python: ["3.11", "3.12"] } }\n'),
    [expect.stringMatching(/scope=NAME.*each needs a NAME of its own/)],
  ],
  [
    'a name without a registry',
    workflow,
    job('      - run: docker build -t app:1 . && docker push app:1\n'),
    [expect.stringMatching(/ref=REGISTRY\/IMAGE:buildcache.*the registry is not in the name/)],
  ],
  [
    'a job that does not push',
    workflow,
    job('      - run: docker build -t ghcr.io/a/b:1 .\n'),
    [expect.stringMatching(/ref=ghcr\.io\/a\/b:buildcache.*does not push/)],
  ],
  [
    'a login after the build',
    '.gitlab-ci.yml',
    'a:\n  image: docker:latest\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG .\n    - docker login -u a\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG\n',
    [expect.stringMatching(/log in to the registry before the build/)],
  ],
  [
    'two builds in a script',
    '.gitlab-ci.yml',
    'a:\n  before_script: [docker login]\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE/api:$CI_COMMIT_SHA .\n    - docker build -t $CI_REGISTRY_IMAGE/api:latest .\n    - docker push --all-tags $CI_REGISTRY_IMAGE/api\n',
    [expect.stringMatching(/docker buildx build --load/)],
  ],
  [
    'an old docker',
    '.gitlab-ci.yml',
    'a:\n  image: docker:19.03\n  script:\n    - docker login\n    - docker build -t $CI_REGISTRY_IMAGE:1 .\n    - docker push x\n',
    [expect.stringMatching(/has no buildx/)],
  ],
  ['Kaniko', '.gitlab-ci.yml', 'a:\n  script: [/kaniko/executor --context . --dockerfile Dockerfile]\n', []],
])('left alone: %s', async (_, path, text, advice) => {
  const { files, advice: given } = await proposalFor({ [path]: text });
  expect([files, given]).toEqual([[], advice]);
});

test('a builder that exports no cache is named', async () => {
  const text = job(build('')).replace(
    'buildx-action@v3\n',
    'buildx-action@v3\n        with: {driver: docker}\n',
  );
  expect(await proposalFor({ [workflow]: text })).toMatchObject({
    files: [],
    leftAlone: [expect.stringMatching(/exports no cache/)],
  });
});

test('images of one repository do not share a cache, and the pipeline may lie above the project', async () => {
  const text = job(build(', context: apps/api').replaceAll('docker/setup', 'docker/setup'));
  const proposal = await proposalFor({ [workflow]: text }, 'apps/api');
  expect(proposal.files.map(({ path }) => path)).toEqual([`../../${workflow}`]);
  expect(proposal.files[0]?.content).toContain('cache-to: "type=gha,mode=max,scope=api"');
});

test('line ends stay', async () => {
  const text = job(
    `${setup}      - uses: docker/build-push-action@v6\n        with:\n          push: true\n`,
  ).replaceAll('\n', '\r\n');
  const { files } = await proposalFor({ [workflow]: text });
  expect(files[0]?.content.replaceAll('\r\n', '')).not.toContain('\n');
});
