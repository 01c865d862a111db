import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { type RewriteFacts, rewriteDockerfile } from '../dockerfile/index.ts';
import { readProject } from '../project/index.ts';
import { rewriteFacts, studyProject, type TargetDecision } from './index.ts';

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
});

async function factsOf(
  files: Readonly<Record<string, string>>,
  device: TargetDecision['device'] = 'cpu',
  foundMissing: ReadonlyMap<string, string> = new Map(),
): Promise<RewriteFacts> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-facts-'));
  directories.push(directory);
  for (const [path, text] of Object.entries(files)) await writeFileWhole(join(directory, path), text);
  const project = await readProject(directory, {});
  return rewriteFacts({
    project,
    study: await studyProject(project),
    target: { device, source: 'given', evidence: [] },
    hasCacheMounts: true,
    suite: 'bookworm',
    foundMissing,
  });
}

test('a folder of requirements is one that holds nothing else, at any depth', async () => {
  const { requirementFolders } = await factsOf({
    Dockerfile: 'FROM python:3.11\nCOPY . .\n',
    'requirements/base.txt': 'fastapi\n',
    'requirements/constraints.txt': 'numpy<3\n',
    'mixed/requirements.txt': 'pandas\n',
    'mixed/app.py': '',
    'nested/requirements.txt': 'pandas\n',
    'nested/src/app.py': '',
    'requirements.txt': 'fastapi\n',
  });
  expect([...requirementFolders]).toEqual(['requirements']);
});

test.each([
  ['gpu', 'tensorflow==2.16\n', 'tensorflow', 'XLA calls ptxas of the CUDA compiler'],
  ['cpu', 'tensorflow==2.16\n', undefined, 'there is no CUDA compiler in a CPU image'],
  ['gpu', 'torch\n', undefined, 'torch brings what it needs'],
] as const)('for a %s target %j: %s, because %s', async (device, requirements, expected, _why) => {
  const files = {
    Dockerfile: 'FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n',
    'requirements.txt': requirements,
    'app.py': 'print()\n',
  };
  expect((await factsOf(files, device)).compilesAtRunTime).toBe(expected);
});

test.each([
  ['FROM python:3.11\n', 'the full base has it'],
  ['FROM python:3.11\nRUN apt-get update && apt-get install -y git vim\n', 'the project installs it'],
  ['FROM python:3.11-slim\nRUN apt-get update && apt-get install -y git vim\n', 'on a slim base'],
])('%j: git that was found missing is in the last stage, and vim is not: %s', async (start, _why) => {
  const text = `${start}COPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n`;
  const files = { Dockerfile: text, 'requirements.txt': 'orjson\n', 'app.py': 'print()\n' };
  const lastStage = (facts: RewriteFacts): string =>
    rewriteDockerfile(text, facts, { without: new Set() })
      .text.split(/^FROM /m)
      .at(-1) ?? '';
  const before = lastStage(await factsOf(files));
  const after = lastStage(await factsOf(files, 'cpu', new Map([['git', 'GET /version calls git']])));
  const installed = /apt-get install[^&]*\sgit\b/;
  expect(before).not.toMatch(installed);
  expect(after).toMatch(/^python:3\.11-slim$/m);
  expect(after).toMatch(installed);
  expect(after).not.toContain('vim');
});

test('what conda installs that is large is named as the index names it', async () => {
  const { condaHeavy } = await factsOf({
    Dockerfile:
      'FROM continuumio/miniconda3\nCOPY environment.yml .\nRUN conda env create -f environment.yml\nRUN conda install -y conda-forge::Pandas=2.1 flask\n',
    'environment.yml':
      'name: geo\ndependencies:\n  - pytorch::pytorch-cpu>=2\n  - click\n  - pip:\n    - xgboost\n',
  });
  expect(condaHeavy).toEqual(['torch', 'pandas']);
});

test('places in conda’s installation are found in sources, environment files by their names', async () => {
  const { condaPaths, contextManifests } = await factsOf({
    Dockerfile: 'FROM continuumio/miniconda3\nCOPY . .\n',
    'app.py':
      '# /opt/conda/bin/x\nrun(["/opt/conda/bin/samtools"])\nos.environ["CONDA_EXE"]\nos.environ["CONDA_PREFIX"]\n',
    'start.sh': '#!/bin/sh\nexec /opt/conda/envs/geo/bin/python app.py\n',
    'envs/environment-gpu.yaml': 'name: geo\n',
    'conda_env.yml': 'name: geo\n',
    'env.yml': 'name: geo\n',
    'values.yml': 'name: geo\n',
  });
  expect(condaPaths?.map(({ file, line, text }) => `${file}:${line} ${text}`)).toEqual([
    'app.py:2 /opt/conda/bin/samtools',
    'app.py:3 CONDA_EXE',
    'start.sh:2 /opt/conda/envs/geo/bin/python',
  ]);
  expect([...(contextManifests?.keys() ?? [])].sort()).toEqual([
    'conda_env.yml',
    'env.yml',
    'envs/environment-gpu.yaml',
  ]);
});

describe('what is asked of CUDA', () => {
  const dockerfile = (install: string): string =>
    `FROM python:3.11\nCOPY . .\nRUN ${install}\nCMD ["python", "app.py"]\n`;
  test.each([
    ['torch\n', { broughtBy: 'torch', systemUsers: [] }, 'its wheels bring CUDA'],
    ['ultralytics\n', { broughtBy: 'ultralytics', systemUsers: [] }, 'it pulls torch'],
    [
      'torch\nonnxruntime-gpu\n',
      { systemUsers: ['onnxruntime-gpu'] },
      'it loads the libraries of the system',
    ],
    [
      'tensorflow\n',
      { broughtBy: undefined, systemUsers: ['tensorflow'] },
      'without the extra it brings none',
    ],
    ['tensorflow[and-cuda]\n', { systemUsers: [] }, 'with the extra it does'],
    ['torch\nflash_attn\n', { compiledAtBuild: ['flash-attn'] }, 'nvcc compiles it'],
    ['deepspeed\n', { compilingAtRunTime: ['deepspeed'] }, 'it compiles its operators when it runs'],
    ['cupy-cuda12x\n', { systemUsers: ['cupy-cuda12x'] }, 'known by its prefix'],
  ] as const)('%j: %o, because %s', async (requirements, expected, _why) => {
    const files = {
      Dockerfile: dockerfile('pip install -r requirements.txt'),
      'requirements.txt': requirements,
    };
    expect((await factsOf(files, 'gpu')).cuda).toMatchObject({ device: 'gpu', ...expected });
  });

  test.each([
    ['pip install -r requirements.txt torch', 'the file is missing'],
    ['conda env create -f environment.yml', 'conda does'],
    ['uv sync --frozen && pip install torch', 'uv installs what is not read here'],
  ])('is not known for %s, because %s', async (install) => {
    expect((await factsOf({ Dockerfile: dockerfile(install), 'app.py': '' })).cuda).toBeUndefined();
  });
});

test.each([
  ['cpu', 'fastapi\n', 'onnxruntime-gpu==1.18', 'onnxruntime==1.18', 'its CPU build has another name'],
  ['cpu', 'fastapi\n', 'tensorflow[and-cuda]==2.16', 'tensorflow-cpu==2.16', 'the extra is of the GPU build'],
  ['cpu', 'fastapi\n', 'jax[cuda12]', 'jax', 'the extra alone makes it the GPU build'],
  ['cpu', 'tensorflow-text\n', 'tensorflow==2.16', undefined, 'another distribution requires it by name'],
  ['cpu', 'fastapi\n', 'torch==2.3.1+cu121', undefined, 'it has an index of its own'],
  ['cpu', 'fastapi\n', 'numpy', undefined, 'it has one build'],
  ['gpu', 'fastapi\n', 'onnxruntime-gpu', undefined, 'the GPU build is wanted'],
] as const)(
  'for a %s target beside %j, %s becomes %s: %s',
  async (device, requirements, text, expected, _why) => {
    const files = {
      Dockerfile: `FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt '${text}'\nCMD ["python", "app.py"]\n`,
      'requirements.txt': requirements,
    };
    expect((await factsOf(files, device)).cpuRequirement?.(text)).toBe(expected);
  },
);

describe('OpenCV without its windows', () => {
  const dockerfile =
    'FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n';
  const smallerOf = async (source: string, requirements = 'opencv-python==4.10\n') =>
    (await factsOf({ Dockerfile: dockerfile, 'requirements.txt': requirements, 'app.py': source })).smaller;

  test.each([
    ['import cv2\ncv2.resize(a, b)\n', 'it only computes'],
    ['import matplotlib.pyplot as plt\nimport cv2\nplt.imshow(a)\n', 'the window is of matplotlib'],
  ])('%j: the headless build is enough, because %s', async (source) => {
    const smaller = await smallerOf(source);
    expect(smaller?.requirement('opencv-python==4.10')).toBe('opencv-python-headless==4.10');
    expect(smaller?.systemPackages.has('libgl1')).toBe(true);
    expect(smaller?.runtimeLibraries).toEqual([]);
  });

  test.each([
    ['import cv2\ncv2.imshow("a", b)\n', 'opencv-python\n', /app\.py calls imshow/],
    ['import cv2 as cv\ncv.waitKey(1)\n', 'opencv-python\n', /calls waitKey/],
    ['from cv2 import imread, namedWindow\n', 'opencv-python\n', /calls namedWindow/],
    ['import cv2\n', 'opencv-python\nultralytics\n', /ultralytics requires it by name/],
    ['import cv2\n', 'opencv-python\nopencv-python-headless\n', /is installed beside it/],
  ])('%j beside %j: the full one stays', async (source, requirements, because) => {
    const smaller = await smallerOf(source, requirements);
    expect(smaller?.requirement('opencv-python')).toBeUndefined();
    expect(smaller?.systemPackages.size).toBe(0);
    expect(smaller?.leftAlone).toEqual([expect.stringMatching(because)]);
  });

  test('what draws keeps the system packages', async () => {
    const smaller = await smallerOf('import cv2\n', 'opencv-python\nopen3d\n');
    expect([smaller?.nameOf('opencv-python'), smaller?.systemPackages.size]).toEqual([
      'opencv-python-headless',
      0,
    ]);
  });
});

describe('what the manifest of an installed package lists', () => {
  const files = (dependencies: string, more: Readonly<Record<string, string>> = {}) => ({
    Dockerfile: 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install ".[gpu]"\nCMD ["svc"]\n',
    'pyproject.toml': `[project]\nname = "svc"\n${dependencies}\n[project.optional-dependencies]\ngpu = ["onnxruntime-gpu"]\n`,
    'svc.py': 'import torch\n',
    ...more,
  });

  test('is requested, extras included', async () => {
    const read = await factsOf(files('dependencies = ["torch>=2.2", "lightgbm"]'));
    expect(read.cpuWheels?.requirements).toEqual(['torch>=2.2']);
    expect(read.cuda?.systemUsers).toEqual(['onnxruntime-gpu']);
    expect(read.runtimeLibraries.map(({ packageName }) => packageName)).toContain('libgomp1');
  });

  test('but is not exchanged: the manifest stays as it is', async () => {
    expect((await factsOf(files('dependencies = ["opencv-python"]'))).smaller).toBeUndefined();
  });

  test('is not known where the build computes it', async () => {
    expect((await factsOf(files('dynamic = ["dependencies"]'))).cuda).toBeUndefined();
  });
});

const start = 'FROM python:3.11\nWORKDIR /app\nCOPY . .\n';

test.each([
  [
    {
      Dockerfile: `${start}CMD ["python", "app.py"]\n`,
      'app.py': "open('/app/x.db')\nopen('/tmp/x', 'w')\n",
    },
    [],
    'its own folder and /tmp are open to every user',
  ],
  [
    {
      Dockerfile: `${start}ENTRYPOINT ["./entrypoint.sh"]\n`,
      'entrypoint.sh': '#!/bin/sh\n# gosu is not called here\nset -e; exec gosu app "$@"\n',
    },
    ['entrypoint.sh:3 calls gosu, which needs root'],
    'a start script changes the user itself',
  ],
  [
    {
      Dockerfile: `${start}CMD ["python", "app.py"]\n`,
      'app.py': "CACHE = '/root/.cache/x'\nos.makedirs('/var/lib/x')\n",
    },
    [
      'app.py:1 names /root/.cache/x, which is closed to other users',
      'app.py:2 may write to /var/lib/x, outside of the working directory',
    ],
    'the application writes where another user may not',
  ],
  [
    {
      Dockerfile: `${start}CMD ["python", "app.py"]\n`,
      'app.py': '',
      'deploy.sh': 'sudo reboot\n',
      'compose.yaml':
        'services:\n  app:\n    build: .\n    user: "0"\n    volumes: ["uploads:/app/uploads"]\nvolumes:\n  uploads:\n',
    },
    [
      'compose.yaml sets the user to 0',
      'compose.yaml mounts uploads at /app/uploads, and what is there may belong to root',
    ],
    'volumes have owners; a script that nothing starts does not matter',
  ],
])('%j needs root: %j, because %s', async (files, reasons, _why) => {
  // Every case has a Dockerfile; others have more.
  const given = files as Readonly<Record<string, string>>;
  expect((await factsOf(given)).rootNeeds?.reasons).toEqual(reasons);
});

test('files with credentials and caches of the hub are found in the build context', async () => {
  const facts = await factsOf({
    Dockerfile: 'FROM python:3.11\nCOPY . .\n',
    '.dockerignore': 'ignored\n',
    'pip.conf': '[global]\nindex-url = https://ci:s3cretPassw0rd@pypi.example.com/simple\n',
    'plain/pip.conf': '[global]\nindex-url = https://pypi.example.com/simple\n',
    'ignored/pip.conf': '[global]\nindex-url = https://ci:s3cretPassw0rd@pypi.example.com/simple\n',
    'hf-cache/hub/models--acme--model/refs/main': 'x',
    'models/model.bin': 'x',
  });
  expect([...(facts.credentialFiles ?? [])]).toEqual([['pip.conf', 'a password']]);
  expect([...(facts.modelCacheFolders ?? [])]).toEqual(['hf-cache/hub', 'hf-cache']);
});

const condaEnvironment = 'name: ml\nchannels: [pytorch]\ndependencies:\n  - python=3.10\n';

test.each<[string, string, boolean, string]>([
  ['conda env create -f environment.yml', '  - pytorch=2.2\n', false, 'the environment brings it'],
  ['conda env create', '  - conda-forge::pytorch\n', false, 'environment.yml is read unasked'],
  ['conda env create -f docker_env.yml', '  - "pytorch>=2"\n', false, 'a name of the project’s own'],
  ['conda env create -f environment.yml', '  - pytorch-gpu\n', false, 'by the name that chooses a build'],
  ['conda env create -f environment.yml', '  # - pytorch\n', true, 'a comment installs nothing'],
  ['conda env create -f environment.yml', '  - pip:\n    - pytorch\n', true, 'pip installs that'],
  ['mamba install -y pytorch cpuonly', '', false, 'it is named'],
  ['conda env create -f environment.yml', '', true, 'a channel is no package'],
  ['conda env create -f environment.yml', '  - pytorch-lightning\n', true, 'another package'],
  ['conda clean -afy', '  - pytorch\n', true, 'the file is not installed'],
])('%s with %j: the CPU build by pip is %s, because %s', async (command, packages, expected) => {
  const { cpuWheels } = await factsOf({
    Dockerfile: `FROM continuumio/miniconda3\nCOPY . .\nRUN ${command}\nRUN pip install lightning\n`,
    'environment.yml': `${condaEnvironment}${packages}`,
    'docker_env.yml': `${condaEnvironment}${packages}`,
  });
  expect(cpuWheels !== undefined).toBe(expected);
});

test.each([
  ['RUN pip install poetry\nRUN poetry install --no-dev', [], 'a later RUN calls it'],
  ['RUN pip install playwright\nRUN python -m playwright install', [], 'as a module'],
  ["RUN pip install pytest\nRUN bash -lc 'pytest -q'", [], 'in a program in quotes'],
  ['RUN pip install black\nRUN sh check.sh', [], 'in a script'],
  ['RUN pip install pytest', ['pytest'], 'nothing calls it'],
] as const)('%j: %j go, because %s', async (run, gone, _why) => {
  const { developmentDistributions } = await factsOf({
    Dockerfile: `FROM python:3.11\nCOPY . .\n${run}\nCMD ["python", "app.py"]\n`,
    'app.py': 'print()\n',
    'check.sh': 'black --check .\n',
  });
  expect([...developmentDistributions]).toEqual(gone);
});

test.each([
  ['CMD ["jupyter", "lab"]', []],
  ['CMD ["/bin/bash"]', []],
  ['CMD bash', []],
  ['ENTRYPOINT ["bash", "-l"]', []],
  ['CMD ["bash", "-c", "python app.py"]', ['jupyterlab']],
] as const)('with %s go of jupyterlab: %j', async (start, gone) => {
  const { developmentDistributions } = await factsOf({
    Dockerfile: `FROM python:3.11\nRUN pip install jupyterlab\n${start}\n`,
    'app.py': 'print()\n',
  });
  expect([...developmentDistributions]).toEqual(gone);
});

test('where nobody knows what starts, only modules that the image installs are byte-compiled', async () => {
  const files = {
    'requirements.txt': 'pandas\n',
    'app.py': 'import pandas\nimport django\n',
  };
  const dockerfile = (start: string): string =>
    `FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\n${start}\n`;
  const unknown = await factsOf({ ...files, Dockerfile: dockerfile('CMD ["serve"]') });
  expect(unknown.importStatements).toEqual(['import pandas']);
  const known = await factsOf({ ...files, Dockerfile: dockerfile('CMD ["python", "app.py"]') });
  expect(known.importStatements).toEqual(['import django', 'import pandas']);
});

test.each([
  [
    'ultralytics\n',
    ['torch', 'torchvision'],
    'a torchvision for CUDA does not load beside a torch for the CPU',
  ],
  ['whisperx\ntorch==2.8.0\n', ['torch==2.8.0', 'torchaudio'], 'nor does such a torchaudio'],
  ['sentence-transformers\n', ['torch'], 'it requires torch alone'],
])('%j installs %j for the CPU: %s', async (requirements, expected, _why) => {
  const { cpuWheels } = await factsOf({
    Dockerfile: 'FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\n',
    'requirements.txt': requirements,
  });
  expect(cpuWheels?.requirements).toEqual(expected);
});

const poetry =
  '[tool.poetry]\nname = "svc"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.11"\nlightgbm = "*"\n';
const poetryLock =
  '[[package]]\nname = "lightgbm"\nversion = "4.5.0"\ngroups = ["main"]\n[[package]]\nname = "pyodbc"\nversion = "5"\ngroups = ["dev"]\n' +
  '[metadata]\nlock-version = "2.1"\npython-versions = "^3.11"\ncontent-hash = "x"\n';
test.each([
  [
    'RUN poetry install --only main',
    { 'pyproject.toml': poetry, 'poetry.lock': poetryLock },
    ['libgomp1'],
    'Poetry, by its lock file',
  ],
  [
    'RUN poetry install --with dev',
    { 'pyproject.toml': poetry, 'poetry.lock': poetryLock },
    ['libgomp1', 'libodbc2'],
    'with a group that is asked for',
  ],
  ['RUN poetry install', { 'pyproject.toml': poetry }, ['libgomp1'], 'by its manifest'],
  [
    'RUN poetry export -o r.txt && pip install -r r.txt',
    { 'pyproject.toml': poetry },
    ['libgomp1'],
    'by what it exports',
  ],
  [
    'RUN uv sync --frozen',
    {
      'pyproject.toml': '[project]\nname = "svc"\nversion = "1"\ndependencies = ["psycopg2"]\n',
      'uv.lock': 'version = 1\n',
    },
    ['libpq5'],
    'uv',
  ],
  [
    'RUN pipenv install --system',
    { Pipfile: '[packages]\nlightgbm = "*"\n[dev-packages]\npyodbc = "*"\n' },
    ['libgomp1'],
    'Pipenv',
  ],
  [
    'RUN pip wheel -w /wheels -r requirements.txt\nRUN pip install /wheels/*',
    { 'requirements.txt': 'psycopg2==2.9.9  # sources\n' },
    ['libpq5'],
    'wheels that pip makes',
  ],
] as const)(
  '%s asks the slim base for what its distributions load: %j %j: %s',
  async (run, files, expected, _why) => {
    const { runtimeLibraries, cpuWheels } = await factsOf({
      Dockerfile: `FROM python:3.11\nWORKDIR /app\nCOPY . .\n${run}\n`,
      ...files,
    });
    expect(runtimeLibraries.map(({ packageName }) => packageName)).toEqual(expected);
    expect(cpuWheels).toBeUndefined();
  },
);

test.each([
  ['from ultralytics import YOLO\n', [], 'its training writes there'],
  ['from torch.utils.tensorboard import SummaryWriter\n', [], 'it is written to'],
  ['from transformers import pipeline\n', ['tensorboard'], 'nothing writes there'],
  ['import transformers\nprint(transformers.__version__)\n', ['tensorboard'], 'what it takes writes nothing'],
  ['import transformers as hf\nhf.Trainer(model).train()\n', [], 'a trainer writes to it'],
])('with %j, of `pip install ultralytics tensorboard` goes %j: %s', async (source, expected, _why) => {
  const facts = await factsOf({
    Dockerfile:
      'FROM python:3.11\nCOPY . .\nRUN pip install ultralytics tensorboard\nCMD ["python", "app.py"]\n',
    'app.py': source,
  });
  expect([...facts.developmentDistributions]).toEqual(expected);
});

test('what a start script calls is needed, what its comments talk of is not', async () => {
  const { neededCommands } = await factsOf({
    Dockerfile: 'FROM python:3.11\nCOPY . .\nENTRYPOINT ["./start.sh"]\n',
    'start.sh':
      '#!/bin/sh\n# convert the weights, then identify them\ncurl -f "$URL" | jq .\nexec python app.py\n',
  });
  const names = ['curl', 'jq', 'convert', 'identify'].filter((name) => neededCommands.has(name));
  expect(names).toEqual(['curl', 'jq']);
});

describe('who needs pip in the running container', () => {
  const Dockerfile =
    'FROM python:3.11\nCOPY . .\nRUN pip install --upgrade pip setuptools && pip install -r requirements.txt\nCMD ["python", "app.py"]\n';
  const files = { Dockerfile, 'requirements.txt': 'fastapi\n', 'app.py': 'import fastapi\n' };

  test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ['an upgrade in the build is for the build', {}, undefined],
    ['the requirements', { 'requirements.txt': 'fastapi\npip\n' }, 'the requirements name it'],
    ['an import', { 'app.py': 'import fastapi\nfrom pip._internal import main\n' }, 'app.py:2 needs it'],
    [
      'an import in another module',
      { 'own/plugins.py': 'def f():\n    import pip\n' },
      'own/plugins.py:2 needs it',
    ],
    ['a call', { 'app.py': 'run([sys.executable, "-m", "pip", "install", name])\n' }, 'app.py:1 needs it'],
    ['a call by name', { 'app.py': 'check_call(["pip", "install", name])\n' }, 'app.py:1 needs it'],
    ['a call through a shell', { 'app.py': 'os.system("pip install " + name)\n' }, 'app.py:1 needs it'],
    ['an import by name', { 'app.py': 'load = __import__(\n    "pip"\n)\n' }, 'app.py:1 needs it'],
    [
      'a list that is called later',
      { 'app.py': 'words = [sys.executable, "-m", "pip"]\nstart(words)\n' },
      'app.py:1 needs it',
    ],
    ['a text that quotes an import', { 'app.py': 'help = """\nimport pip\n"""\n' }, undefined],
    ['advice', { 'app.py': '# import pip\nraise ImportError("pip install app[all]")\n' }, undefined],
    ['a longer word', { 'app.py': 'import pipeline\nrun(["pipx", "run"])\n' }, undefined],
    [
      'a start script',
      {
        Dockerfile: Dockerfile.replace('"python", "app.py"', '"./start.sh"'),
        'start.sh': '#!/bin/sh\n# pip is there\npip install -r plugins.txt && exec python app.py\n',
      },
      'start.sh:3 needs it',
    ],
    ['a script that nobody starts', { 'develop.sh': 'pip install -r requirements.txt\n' }, undefined],
    [
      'a script of the build',
      {
        Dockerfile: Dockerfile.replace('CMD', 'RUN sh install.sh\nCMD'),
        'install.sh': 'python -m pip install extra\n',
      },
      'install.sh:1 needs it',
    ],
    [
      'a service of the compose file',
      { 'compose.yaml': 'services: {a: {build: ., command: sh -c "pip list && python app.py"}}\n' },
      'the container starts it',
    ],
    [
      'the health check of the compose file',
      { 'compose.yaml': 'services: {a: {build: ., healthcheck: {test: [CMD, pip, check]}}}\n' },
      'the container starts it',
    ],
  ])('%s', async (_, others, expected) => {
    expect((await factsOf({ ...files, ...others })).installerNeeds?.pip).toBe(expected);
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['an upgrade in the build', {}, []],
    ['the requirements', { 'requirements.txt': 'fastapi\nsetuptools<80\nwheel\n' }, ['setuptools', 'wheel']],
    [
      'imports',
      { 'app.py': 'import pkg_resources\nfrom distutils.version import x\n' },
      ['distutils', 'pkg_resources'],
    ],
    ['a name that is loaded', { 'app.py': 'm = import_module("setuptools.dist")\n' }, ['setuptools']],
    ['setup.py runs in the build', { 'setup.py': 'from setuptools import setup\nsetup()\n' }, []],
  ])('and setuptools: %s', async (_, others, expected) => {
    expect((await factsOf({ ...files, ...others })).installerNeeds?.modules).toEqual(expected);
  });
});
