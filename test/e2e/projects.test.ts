import { describe, expect, inject, test } from 'vitest';
import { docker } from './run-cli.ts';
import { declaredBy, explain, inContainer, leanCopy, slimProject } from './slim-project.ts';

/** A project as a team would have written it, and what has to hold for its lean image. */
interface ProjectCase {
  readonly name: string;
  /** What a careless tool breaks here. */
  readonly trap: string;
  /** The lean image's part of the fat one, at most. */
  readonly mostOfFat: number;
  readonly options?: readonly string[];
  /** Requests that both images must have answered alike. */
  readonly asked: readonly string[];
  /** What the lean Dockerfile must say. */
  readonly says?: readonly (string | RegExp)[];
  /** What it must not say. */
  readonly saysNot?: readonly (string | RegExp)[];
  /** A reason that the report gives for system packages. */
  readonly because?: RegExp;
  /** A stage that the image takes nothing of; it must build with the lean files, too. */
  readonly otherStage?: string;
  /** A shell script in the lean image and all that it prints. */
  readonly inside: readonly (readonly [script: string, output: string])[];
}

/** Prints the names of what is there of compilers, version control and the like. */
const toolsIn = (names: string): string => `for it in ${names}; do command -v $it; done; true`;
const noBuildTools = [toolsIn('gcc g++ cc make cmake git vim poetry pdm'), ''] as const;

const cases: readonly ProjectCase[] = [
  {
    name: 'pip-service',
    trap: 'the health check calls curl, which the slim base lacks, and development tools stand in requirements.txt',
    mostOfFat: 0.35,
    options: ['--probe', 'POST /species {"petal_length": 4.9, "petal_width": 1.8}'],
    asked: ['GET /health', 'POST /species'],
    says: [/^HEALTHCHECK .* curl -fsS/m, /install .*curl$/m],
    inside: [
      noBuildTools,
      ['command -v curl', '/usr/bin/curl'],
      [
        "python -c \"import importlib.util as u; print(u.find_spec('pytest'), u.find_spec('black'))\"",
        'None None',
      ],
    ],
  },
  {
    name: 'poetry-service',
    trap: 'Debian’s Poetry runs on a Python of its own and makes .venv with it; the source is copied over it',
    mostOfFat: 0.25,
    options: ['--probe', '/convert?amount=3', '--health', '/health', '--port', '8888'],
    asked: ['GET /health', 'GET /convert?amount=3'],
    says: ['poetry install', '--only main'],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*poetry/m],
    inside: [
      noBuildTools,
      ['python -c "import sys; print(sys.prefix)"', '/app/.venv'],
      ['python -c "import importlib.metadata as m; print(m.version(\'units\'))"', '0.3.0'],
      ['ls -d /app/.venv/lib/python3.11/site-packages/coverage* || echo none', 'none'],
    ],
  },
  {
    name: 'pdm-service',
    trap: 'the project is no package, PDM installs the test group and is what starts the container',
    mostOfFat: 0.25,
    options: ['--probe', '/prices/pro', '--health', '/health', '--port', '8080'],
    asked: ['GET /health', 'GET /prices/pro'],
    says: ['pdm install --prod'],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*pdm/m],
    inside: [
      noBuildTools,
      ['python -c "import sys; print(sys.prefix)"', '/project/.venv'],
      ['ls -d /project/.venv/lib/python3.11/site-packages/coverage* || echo none', 'none'],
    ],
  },
  {
    name: 'opencv-edges',
    trap: 'cv2 loads libraries of libgl1 and libglib2.0-0, and others that nobody names',
    mostOfFat: 0.5,
    asked: ['GET /health', 'GET /edges/1', 'GET /png'],
    says: ['libgl1', 'libglib2.0-0', 'libxext6'],
    inside: [
      noBuildTools,
      ['python -c "import cv2, numpy; print(cv2.Canny(numpy.zeros((8, 8), \'uint8\'), 1, 2).sum())"', '0'],
    ],
  },
  {
    name: 'compiled-extension',
    trap: 'gcc and libfftw3-dev compile an extension, which loads libfftw3.so.3 afterwards',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /power'],
    says: [/^FROM python:3\.11-slim[\s\S]*libfftw3-double3/m],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*(build-essential|-dev)/m],
    inside: [
      noBuildTools,
      ['python -c "from spectrum import power; print(power([1.0, 1.0]))"', '[4.0, 0.0]'],
      ['ls /usr/include/fftw3.h || echo none', 'none'],
    ],
  },
  {
    name: 'openmp-extension',
    trap: 'an extension that is compiled here loads libgomp.so.1, which the full base has for its compiler: no list names it',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /harmonic/1'],
    says: [/^FROM python:3\.11-slim[\s\S]*install .*libgomp1/m],
    because: /^libgomp1: harmonic\/_sum\.\S+\.so is linked with libgomp\.so\.1$/,
    inside: [noBuildTools, ['python -c "from harmonic import harmonic; print(harmonic(2))"', '1.5']],
  },
  {
    name: 'user-packages',
    trap: 'packages travel from /root/.local to the home of the user who runs the service',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /whoami', 'GET /count'],
    says: [/^USER app$/m],
    inside: [
      noBuildTools,
      ['id -u; python -c "import flask, os; print(os.access(flask.__file__, os.R_OK))"', '1001\nTrue'],
      ['touch "$HOME/it" && echo written', 'written'],
    ],
  },
  {
    name: 'root-local',
    trap: 'a user who is not root imports packages of /root/.local',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /whoami'],
    says: [/^USER worker$/m],
    inside: [
      [toolsIn('gcc make git'), ''],
      [
        'id -u; python -c "import flask; print(flask.__file__)"',
        '1001\n/root/.local/lib/python3.11/site-packages/flask/__init__.py',
      ],
    ],
  },
  {
    name: 'multi-stage',
    trap: 'a stage for tests needs pytest and tests/, and grows from the stage that the image is built from',
    otherStage: 'test',
    mostOfFat: 0.25,
    asked: ['GET /healthz', 'GET /square/1'],
    says: [/^FROM build AS test$[\s\S]*test\.txt[\s\S]*pytest -q tests$/m, /^ENTRYPOINT \["tini", "--"\]$/m],
    inside: [
      noBuildTools,
      [
        'command -v tini; ls -d /venv/lib/python3.11/site-packages/pytest* || echo none',
        '/usr/bin/tini\nnone',
      ],
    ],
  },
  {
    name: 'editable-package',
    trap: 'the editable installation leads to the source; the data that the package declares has to come along into the environment',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /strip'],
    says: [/pip install (?!.*-e ).*\.\[serve\]/],
    saysNot: [/ -e /],
    inside: [
      noBuildTools,
      ['stopwords The lord of the rings', 'lord rings'],
      [
        'cd /; python -c "import stopwords; print(stopwords.__file__)"; ls /opt/venv/lib/python3.11/site-packages/stopwords/data',
        '/opt/venv/lib/python3.11/site-packages/stopwords/__init__.py\nwords.yaml',
      ],
      [
        "stopwords --language de 2>/dev/null; python -c \"import stopwords; print(stopwords.strip('der Hut und die Maus', 'de'))\"",
        '--language de\nHut Maus',
      ],
    ],
  },
  {
    name: 'editable-undeclared',
    trap: 'the package reads a file that it does not declare: only the editable installation has it, with the source at the same path',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /explain'],
    says: [/--editable "\.\[serve\]"/],
    inside: [
      noBuildTools,
      ['cd /; glossary layer', 'a set of changes to a file system'],
      [
        'cd /; python -c "import glossary; print(glossary.__file__)"',
        '/srv/glossary/src/glossary/__init__.py',
      ],
    ],
  },
  {
    name: 'streamlit-dashboard',
    trap: 'the health check calls curl on /_stcore/health; every other path answers 200 with the page',
    mostOfFat: 0.4,
    asked: ['GET /_stcore/health'],
    says: [/^HEALTHCHECK CMD curl --fail/m, /^ENTRYPOINT \["streamlit"/m],
    inside: [
      noBuildTools,
      ['command -v curl', '/usr/bin/curl'],
      [
        'python -c "from streamlit.testing.v1 import AppTest; it = AppTest.from_file(\'dashboard.py\').run(timeout=60); print(it.title[0].value, it.selectbox[0].options, len(it.exception))" 2>/dev/null',
        "Sales ['north', 'south'] 0",
      ],
    ],
  },
  {
    name: 'loaded-library',
    trap: 'lightgbm loads libgomp1, which the full base has by chance; libsndfile is opened with dlopen and installed as a -dev package',
    mostOfFat: 0.3,
    asked: ['GET /health', 'GET /audio', 'GET /predict'],
    says: [/^FROM python:3\.11-slim[\s\S]*libsndfile1 libgomp1$/m],
    saysNot: [/^FROM python:3\.11-slim[\s\S]*(-dev|cmake)/m],
    inside: [
      noBuildTools,
      [
        "python -c \"import ctypes; print(bool(ctypes.CDLL('libsndfile.so.1')), bool(ctypes.CDLL('libgomp.so.1')))\"",
        'True True',
      ],
    ],
  },
  {
    name: 'cached-model',
    trap: 'the build leaves a model below /root/.cache, where a cache mount on all of it would swallow it',
    mostOfFat: 0.25,
    asked: ['GET /health', 'GET /tone'],
    saysNot: [/target=\/root\/\.cache[,\s]/],
    inside: [
      noBuildTools,
      ['ls /root/.cache/huggingface/hub/*/snapshots/*', 'weights.npy'],
      ['ls /root/.cache/pip 2>/dev/null | wc -l', '0'],
    ],
  },
];

describe.skipIf(inject('lab') === undefined)(`projects ${inject('noLabBecause')}`, () => {
  test.each(cases)('$name becomes lean and does the same: $trap', async (project) => {
    const slimmed = await slimProject(project.name, project);
    const { report, dockerfile } = slimmed;
    const { fat, lean } = report.comparison.total;
    expect(lean.contentBytes / fat.contentBytes).toBeLessThanOrEqual(project.mostOfFat);
    const probes = report.verification.requests.map(({ probe }) => probe);
    for (const request of project.asked)
      expect(
        probes.filter((probe) => probe.startsWith(request)),
        `${request} of ${probes}`,
      ).not.toEqual([]);

    for (const text of project.says ?? []) expect(dockerfile).toMatch(text);
    for (const text of project.saysNot ?? []) expect(dockerfile).not.toMatch(text);
    if (project.because !== undefined)
      expect(report.edits.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(project.because));
    expect(await declaredBy(slimmed.lean)).toEqual(await declaredBy(slimmed.fat));
    for (const [script, output] of project.inside)
      expect(await inContainer(slimmed.lean, script), script).toBe(output);

    const leanProject = leanCopy(slimmed.folder);
    expect(await explain(leanProject, project)).toMatch(/^Nothing to change/);
    if (project.otherStage !== undefined)
      await docker('build', '--quiet', '--target', project.otherStage, leanProject);
  });
});
