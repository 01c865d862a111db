import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import type { InstalledDistribution } from '../python/index.ts';
import {
  distributionFacts,
  makePlan,
  proposeCiCache,
  requestedDistributions,
  rewriteFacts,
  studyProject,
  type TargetDecision,
} from './index.ts';

interface Case {
  readonly requirements: string;
  readonly constraints?: string;
  /** What is installed: megabytes and what it requires; undefined where no image was measured. */
  readonly installed?: Readonly<Record<string, readonly [megabytes: number, ...requires: readonly string[]]>>;
  /** What stands in the Dockerfile in front of the requirements. */
  readonly steps?: string;
  readonly without?: readonly string[];
  /** What a tool installs. */
  readonly tool?: readonly string[];
}

interface Planned {
  /** The arguments of the step of the heavy ones; undefined where there is none. */
  readonly step: string | undefined;
  readonly reason: string | undefined;
  readonly because: string | undefined;
}

async function planned({
  requirements,
  constraints,
  installed,
  steps = '',
  tool = [],
  without = [],
}: Case): Promise<Planned> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-heavy-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const text = `FROM python:3.11-bookworm\nWORKDIR /app\n${steps}COPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n`;
  const files = {
    Dockerfile: text,
    'requirements.txt': requirements,
    'app.py': 'import pandas\nimport numpy\nimport flask\n',
    ...(constraints === undefined ? {} : { 'constraints.txt': constraints }),
  };
  for (const [path, content] of Object.entries(files)) await writeFileWhole(join(directory, path), content);
  const project = await readProject(directory, {});
  const study = await studyProject(project);
  const target: TargetDecision = { device: 'cpu', source: 'given', evidence: [] };
  const plan = makePlan(
    {
      dockerfile: { path: 'Dockerfile', text, target: undefined, buildArgs: {} },
      facts: rewriteFacts({
        ...{ project, study, target, hasCacheMounts: false, suite: 'bookworm' },
        foundMissing: new Map(),
      }),
      requirements: study.requirements,
      otherRequirements: study.inlineRequirements,
      toolRequirements: tool,
      distributions: distributionFacts({ project, study, target }),
      ...(installed && {
        imageEvidence: {
          libraries: [],
          distributions: distributionsOf(installed),
          requested: requestedDistributions(study),
        },
      }),
      ignore: undefined,
      compose: { asBuilt: undefined, withoutModels: undefined },
      ciCache: proposeCiCache(project),
      pruneScript: { path: 'docker/prune.py', content: '', previous: undefined },
      predictedBytes: () => undefined,
      leftAlone: [],
    },
    new Set(['traced-bytecode', ...without]),
  );
  const edit = plan.edits.find(({ id }) => id === 'heavy-layer');
  return {
    step: /comes first.*\nRUN pip install (.*)\n/.exec(plan.files[0]?.content ?? '')?.[1],
    reason: edit?.reason,
    because: plan.leftAlone.find(({ because }) => because.startsWith('heavy distributions stay'))?.because,
  };
}

function distributionsOf(installed: NonNullable<Case['installed']>): InstalledDistribution[] {
  return Object.entries(installed).map(([name, [megabytes, ...requires]]) => ({
    name,
    requires,
    sizeBytes: megabytes * 1e6,
    version: '1',
    location: 'usr/local/lib/python3.11/site-packages',
    files: [],
    bytesByClass: {},
    requirements: [],
    entryPoints: {},
    modules: [name],
    isEditable: false,
  }));
}

const pandas = { pandas: [60, 'numpy'], numpy: [50], flask: [1, 'click'], click: [0.5] } as const;

test.each<[string, Case, string | undefined]>([
  ['what is large itself', { requirements: 'pandas>=2.1\nflask\n', installed: pandas }, '"pandas>=2.1"'],
  [
    'nothing is large',
    { requirements: 'flask\n', installed: { flask: [1, 'click'], click: [0.5] } },
    undefined,
  ],
  [
    'all large ones together are not worth a layer',
    { requirements: 'babel\nflask\n', installed: { babel: [31], flask: [1] } },
    undefined,
  ],
  [
    'what is small and brings something large along that nobody else brings',
    { requirements: 'forecaster\nflask\n', installed: { ...pandas, forecaster: [0.1, 'pandas'] } },
    'forecaster',
  ],
  [
    'not what needs something large that another one brings already',
    { requirements: 'pandas\nforecaster\n', installed: { ...pandas, forecaster: [0.1, 'pandas'] } },
    'pandas',
  ],
  [
    'what is large and comes along is named where the file pins it',
    { requirements: 'pandas==2.2.3\nnumpy==1.26.4\n', installed: pandas },
    'pandas==2.2.3 numpy==1.26.4',
  ],
  [
    'within what the constraints allow',
    {
      requirements: '-c constraints.txt\npandas>=2.1\n',
      constraints: 'pandas<2.3\nflask<3\n',
      installed: pandas,
    },
    '"pandas>=2.1,<2.3"',
  ],
  [
    'extras and markers stay',
    { requirements: 'pandas[excel]>=2 ; python_version >= "3.9"\n', installed: pandas },
    `"pandas[excel]>=2 ; python_version >= '3.9'"`,
  ],
  [
    'from where the file says',
    {
      requirements: '--extra-index-url https://pypi.example.com/simple\n--pre\npandas\n',
      installed: pandas,
    },
    '--extra-index-url https://pypi.example.com/simple --pre pandas',
  ],
  [
    'not what only development needs',
    {
      requirements: 'flask\njupyterlab\n',
      installed: { flask: [1], jupyterlab: [41, 'notebook'], notebook: [30] },
    },
    undefined,
  ],
  [
    'the CPU build in place of the other one',
    { requirements: 'tensorflow[and-cuda]==2.16.1\n', installed: { tensorflow: [600] } },
    'tensorflow-cpu==2.16.1',
  ],
  [
    'not pip itself, which a step of the Dockerfile brings up to date',
    {
      requirements: 'pandas>=2.1\n',
      steps: 'RUN pip install --upgrade pip\n',
      installed: { ...pandas, pip: [14] },
    },
    '"pandas>=2.1"',
  ],
  [
    'without an image, what is known to be large',
    { requirements: 'pandas\nflask\nscipy<2\n' },
    'pandas "scipy<2"',
  ],
  ['without an image, nothing that is not', { requirements: 'flask\n' }, undefined],
  [
    'a reference is no name that a step could take',
    {
      requirements: 'pandas @ https://example.com/pandas-2.2.3-py3-none-any.whl\nflask\n',
      installed: pandas,
    },
    undefined,
  ],
])('%s', async (_why, given, expected) => {
  expect((await planned(given)).step).toBe(expected);
});

test('the plan says what is heavy and what that gains', async () => {
  const { reason } = await planned({ requirements: 'pandas\nflask\n', installed: pandas });
  expect(reason).toBe(
    'pandas with what it requires take 110 MB of 112 MB and rarely change: one more requirement installs, copies and pushes none of it again',
  );
});

test.each([
  ['hashes', 'pandas==2.2.3 --hash=sha256:aa\n', 'requirements.txt has hashes'],
  ['a folder of wheels', '--find-links wheels\npandas\n', 'requirements.txt:1 sets --find-links'],
  ['credentials', '--index-url https://me:pw@pypi.example.com/simple\npandas\n', 'sets --index-url'],
  ['a variable', '--index-url https://${TOKEN}@pypi.example.com/\npandas\n', 'sets --index-url'],
])('%s in the requirements keep them together, and that is said', async (_what, requirements, because) => {
  const plan = await planned({ requirements, installed: pandas });
  expect(plan.step).toBeUndefined();
  expect(plan.because).toContain(because);
});

test('what a tool installs from its lock file stays together, and that is said', async () => {
  const plan = await planned({ requirements: 'flask\n', installed: pandas, tool: ['pandas==2.2.3'] });
  expect(plan.step).toBeUndefined();
  expect(plan.because).toContain('pandas comes from a lock file or manifest');
});
