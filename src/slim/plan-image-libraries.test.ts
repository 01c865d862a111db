import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import type { InstalledDistribution } from '../python/index.ts';
import {
  distributionFacts,
  type ImageLibrary,
  makePlan,
  proposeCiCache,
  requestedDistributions,
  rewriteFacts,
  studyProject,
  type TargetDecision,
} from './index.ts';

interface Installed {
  readonly requires?: readonly string[];
  /** What it may require with an extra. */
  readonly extras?: readonly string[];
  /** Package → what brings it along. */
  readonly libraries?: Readonly<Record<string, readonly string[]>>;
}

interface Case {
  readonly requirements: string;
  readonly app?: string;
  readonly installed: Readonly<Record<string, Installed>>;
  readonly apt?: string;
  readonly without?: readonly string[];
}

/** The reason for packages that are added, and the lean Dockerfile. */
async function planned({ requirements, app = '', installed, apt, without = [] }: Case): Promise<{
  readonly reason: string | undefined;
  readonly dockerfile: string;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-evidence-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const install = apt === undefined ? '' : `RUN apt-get update && apt-get install -y ${apt}\n`;
  const text = `FROM python:3.11-bookworm\n${install}WORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n`;
  const files = { Dockerfile: text, 'requirements.txt': requirements, 'app.py': app };
  for (const [path, content] of Object.entries(files)) await writeFileWhole(join(directory, path), content);
  const project = await readProject(directory, {});
  const study = await studyProject(project);
  const target: TargetDecision = { device: 'cpu', source: 'given', evidence: [] };
  const facts = {
    project,
    study,
    target,
    hasCacheMounts: true,
    suite: 'bookworm',
    foundMissing: new Map(),
  } as const;
  const plan = makePlan(
    {
      dockerfile: { path: 'Dockerfile', text, target: undefined, buildArgs: {} },
      facts: rewriteFacts(facts),
      requirements: study.requirements,
      distributions: distributionFacts({ project, study, target }),
      imageEvidence: { ...evidenceOf(installed), requested: requestedDistributions(study) },
      ignore: undefined,
      compose: { asBuilt: undefined, withoutModels: undefined },
      ciCache: proposeCiCache(project),
      pruneScript: { path: 'docker/prune.py', content: '', previous: undefined },
      predictedBytes: () => undefined,
      leftAlone: [],
    },
    new Set(without),
  );
  return {
    reason: plan.edits.find(({ id }) => id === 'runtime-libraries')?.reason,
    dockerfile: plan.files[0]?.content ?? '',
  };
}

function evidenceOf(installed: Case['installed']): {
  readonly libraries: ImageLibrary[];
  readonly distributions: InstalledDistribution[];
} {
  const entries = Object.entries(installed);
  return {
    distributions: entries.map(([name, { requires = [], extras = [] }]) => ({
      name,
      version: '1',
      location: 'site-packages',
      files: [],
      sizeBytes: 0,
      bytesByClass: {},
      requires,
      requirements: [...requires, ...extras].map((one) => ({
        kind: 'requirement' as const,
        name: one,
        nameAsWritten: one,
        extras: [],
        specifier: '',
        marker: undefined,
        url: undefined,
      })),
      entryPoints: {},
      modules: [name],
      isEditable: false,
    })),
    libraries: entries.flatMap(([name, { libraries = {} }]) =>
      Object.entries(libraries).map(([packageName, broughtBy]) => ({
        distribution: name,
        packageName,
        because: `${name}/x.so is linked with it`,
        broughtBy: new Set(broughtBy),
      })),
    ),
  };
}

const native: Installed = { libraries: { libx1: [] } };

test.each<[why: string, how: Case, reason: string | undefined]>([
  [
    'a distribution that is asked for',
    { requirements: 'native\n', installed: { native } },
    'libx1: native/x.so is linked with it',
  ],
  [
    'one that came along',
    { requirements: 'outer\n', installed: { outer: { requires: ['native'] }, native } },
    'libx1: native/x.so is linked with it',
  ],
  [
    'one that only a development tool brought',
    { requirements: 'flask\npytest\n', installed: { flask: {}, pytest: { requires: ['native'] }, native } },
    undefined,
  ],
  [
    'the tool stays, since its edit was taken back',
    {
      requirements: 'flask\npytest\n',
      installed: { flask: {}, pytest: { requires: ['native'] }, native },
      without: ['production-requirements'],
    },
    'libx1: native/x.so is linked with it',
  ],
  [
    'production brings it, too',
    {
      requirements: 'outer\npytest\n',
      installed: { outer: { requires: ['native'] }, pytest: { requires: ['native'] }, native },
    },
    'libx1: native/x.so is linked with it',
  ],
  [
    'an extra of production may bring it',
    {
      requirements: 'outer[fast]\npytest\n',
      installed: { outer: { extras: ['native'] }, pytest: { requires: ['native'] }, native },
    },
    'libx1: native/x.so is linked with it',
  ],
  [
    'a package of the Dockerfile brings it',
    { requirements: 'native\n', apt: 'ffmpeg', installed: { native: { libraries: { libx1: ['ffmpeg'] } } } },
    undefined,
  ],
  [
    'the table asks for it by name, whatever brings it',
    {
      requirements: 'lightgbm\n',
      apt: 'ffmpeg',
      installed: { lightgbm: { libraries: { libgomp1: ['ffmpeg'] } } },
    },
    'libgomp1: lightgbm/x.so is linked with it',
  ],
  [
    'the table asks for what no library is linked with',
    { requirements: 'native\npython-magic\n', installed: { native, 'python-magic': {} } },
    'libx1: native/x.so is linked with it; libmagic1: python-magic needs it',
  ],
  [
    'the headless OpenCV comes in its place',
    {
      requirements: 'opencv-python\n',
      app: 'import cv2\n',
      installed: { 'opencv-python': { libraries: { libgl1: [] } } },
    },
    undefined,
  ],
  [
    'the headless OpenCV was taken back',
    {
      requirements: 'opencv-python\n',
      app: 'import cv2\n',
      installed: { 'opencv-python': { libraries: { libx1: [] } } },
      without: ['headless-opencv'],
    },
    expect.stringContaining('libx1: opencv-python/x.so is linked with it'),
  ],
])('%s', async (_why, how, reason) => {
  const plan = await planned(how);
  expect(plan.reason).toEqual(reason);
  expect(plan.dockerfile).toContain('FROM python:3.11-slim-bookworm');
});

test('what another distribution is linked with stays when the headless OpenCV comes', async () => {
  const { dockerfile } = await planned({
    requirements: 'opencv-python\nnative\n',
    app: 'import cv2, native\n',
    apt: 'libgl1 libsm6',
    installed: { 'opencv-python': { libraries: { libgl1: [] } }, native: { libraries: { libgl1: [] } } },
  });
  expect(dockerfile).toContain('libgl1');
  expect(dockerfile).not.toContain('libsm6');
});
