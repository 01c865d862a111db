import { describe, expect, test } from 'vitest';
import { foreignImports, optionalFiles, type PythonFile, reachableFrom, scanPythonFiles } from './index.ts';

async function scanOne(text: string, path = 'app/main.py') {
  const [source] = (await scanPythonFiles([{ path, text }])).files;
  if (!source) throw new Error('no source');
  return source;
}

describe('imports', () => {
  test.each([
    ['plain', 'import torch.nn as nn', 'torch.nn top-level'],
    ['in a function', 'def f():\n    import cv2', 'cv2 lazy'],
    ['a method in a class', 'class A:\n    def f(self):\n        from PIL import Image', 'PIL lazy'],
    ['a class body runs with the module', 'class A:\n    import attr', 'attr top-level'],
    ['behind a condition', 'if DEBUG:\n    import debugpy', 'debugpy conditional'],
    ['for type checking only', 'if TYPE_CHECKING:\n    import pandas', 'pandas type-checking'],
    [
      'the other branch of it',
      'if typing.TYPE_CHECKING:\n    pass\nelse:\n    import pandas',
      'pandas top-level',
    ],
    ['lazy in a condition stays lazy', 'def f():\n    if x:\n        import a', 'a lazy'],
    ['importlib with a constant', 'm = importlib.import_module("sk" "learn.svm")', 'sklearn.svm top-level'],
    ['__import__', 'def f():\n    __import__("xgboost")', 'xgboost lazy'],
    ['relative, one dot', 'from . import schemas', 'app top-level'],
    ['relative, two dots', 'from ..data.load import x', 'data.load top-level'],
    ['a computed name is none', 'importlib.import_module(name)', ''],
    ['__future__ is none', 'from __future__ import annotations', ''],
    ['in a with statement', 'with x:\n    import a', 'a top-level'],
  ])('%s', async (_, text, expected) => {
    const source = await scanOne(text);
    expect(source.imports.map((one) => `${one.module} ${one.moment}`).join()).toBe(expected);
  });

  test('keep the statement that a probe can run', async () => {
    const { imports } = await scanOne(
      'def f():\n    from sklearn.svm import (\n        SVC,\n        SVR as R,\n    )\nimport a, b',
    );
    expect(imports.map((one) => one.statement)).toEqual([
      'from sklearn.svm import (\n    SVC,\n    SVR as R,\n)',
      'import a',
      'import b',
    ]);
    expect(imports[0]?.names).toEqual(['SVC', 'SVR']);
  });

  test('tell what a file takes of a module that it imports as a whole', async () => {
    const { imports } = await scanOne(
      'import numpy as np\nimport os.path\nfrom a import b\nnp.linalg.norm(np.ones(3))\nos.path.join(b.c)\n',
    );
    expect(imports.map(({ module, members }) => [module, members])).toEqual([
      ['numpy', ['linalg', 'ones']],
      ['os.path', ['join']],
      ['a', undefined],
    ]);
  });

  test('know which are optional', async () => {
    const { imports } = await scanOne(
      'try:\n    import orjson\nexcept ImportError:\n    import json2\ntry:\n    import a\nfinally:\n    pass',
    );
    expect(imports.map((one) => `${one.module} ${one.isOptional}`)).toEqual([
      'orjson true',
      'json2 true',
      'a false',
    ]);
  });

  test.each<readonly [text: string, optional: readonly string[], reason: string]>([
    [
      'if sys.version_info >= (3, 11):\n    import tomllib\nelse:\n    import tomli',
      ['tomllib', 'tomli'],
      'by version',
    ],
    ['if sys.version_info[0] < 3:\n    import ConfigParser', ['ConfigParser'], 'of another Python'],
    ['if six.PY2:\n    import Queue\nelif x:\n    import a', ['Queue', 'a'], 'by a name for it'],
    ['if sys.platform == "win32":\n    import win32api', ['win32api'], 'of another system'],
    [
      'if sys.platform != "win32":\n    import uvloop\nelse:\n    import winloop',
      ['winloop'],
      'images are of Linux',
    ],
    [
      'if os.name == "nt":\n    import a\nelse:\n    import b',
      ['a', 'b'],
      'which branch it is, is not reckoned',
    ],
    ['if settings.version_info:\n    import a', [], 'a condition of its own'],
    ['if platform == "aws":\n    import boto3', [], 'and another'],
  ])('in branches for other interpreters and systems: %j', async (text, optional, reason) => {
    const { imports } = await scanOne(`${text}\n`);
    const found = imports.filter((one) => one.isOptional).map((one) => one.module);
    expect([reason, found]).toEqual([reason, optional]);
  });

  test('survive a syntax error elsewhere', async () => {
    const source = await scanOne('import torch\ndef (:\n');
    expect(source.imports.map((one) => one.module)).toEqual(['torch']);
    expect(source.hasSyntaxErrors).toBe(true);
  });
});

test('notebooks: code cells only, magics skipped, broken ones named', async () => {
  const cells = [
    { cell_type: 'markdown', source: 'import nothing' },
    {
      cell_type: 'code',
      source: ['%matplotlib inline\n', '!pip install x\n', 'import pandas as pd\n', 'pd.read_csv?'],
    },
    { cell_type: 'code', source: '%%bash\nimport -window root x.png' },
    { cell_type: 'code', source: '%%time\nimport seaborn' },
  ];
  const sources = await scanPythonFiles([
    { path: 'a.ipynb', text: JSON.stringify({ cells, nbformat: 4 }) },
    { path: 'b.ipynb', text: '{' },
  ]);
  expect(sources.files[0]).toMatchObject({ role: 'notebook', hasSyntaxErrors: false });
  expect(sources.files[0]?.imports.map((one) => one.module)).toEqual(['pandas', 'seaborn']);
  expect(sources.unreadable).toEqual([{ path: 'b.ipynb', message: 'not a Jupyter notebook' }]);
});

test('roles follow the conventions of the tools', async () => {
  const paths = [
    'app/main.py',
    'tests/util.py',
    'app/test_x.py',
    'app/x_test.py',
    'conftest.py',
    'setup.py',
    'noxfile.py',
    'notebooks/x.py',
    'docs/conf.py',
    'train.py',
    'app/testing.py',
  ];
  const sources = await scanPythonFiles(
    paths.map((path) => ({ path, text: '' })),
    { buildScripts: ['train.py'] },
  );
  const role = Object.fromEntries(sources.files.map((file) => [file.path, file.role]));
  expect(paths.map((path) => role[path])).toEqual([
    'application',
    'test',
    'test',
    'test',
    'test',
    'build',
    'tooling',
    'notebook',
    'tooling',
    'build',
    'application',
  ]);
});

test('strings that may be paths', async () => {
  const source = await scanOne(`
"""A docstring about data/x, not a path."""
df = pd.read_csv("data/train.csv")
p = BASE / "models" / "model.joblib"
q = os.path.join(HERE, "assets", f"{name}.json")
d = Path("weights")
url = "https://host/x.csv"
label = "positive"
"".join(["a", "b"])
`);
  expect(source.pathStrings.map((one) => one.text)).toEqual(
    expect.arrayContaining([
      'data/train.csv',
      'models/model.joblib',
      'models',
      'model.joblib',
      'assets/*.json',
      'weights',
    ]),
  );
  const texts = source.pathStrings.map((one) => one.text);
  for (const none of ['positive', 'https://host/x.csv', 'a']) expect(texts).not.toContain(none);
});

test('programs that are started', async () => {
  const source = await scanOne(`
subprocess.run(["ffmpeg", "-i", path])
os.system("git rev-parse HEAD | tee x && curl -s host")
subprocess.check_output("nvidia-smi", shell=True)
shutil.which("pdftoppm")
asyncio.create_subprocess_exec("sox", "a")
run(["tesseract", "x"])
run("not a command")
subprocess.run([sys.executable, "-m", "x"])
`);
  expect(source.commands.flatMap((one) => one.programs)).toEqual([
    'ffmpeg',
    'git',
    'tee',
    'curl',
    'nvidia-smi',
    'pdftoppm',
    'sox',
    'tesseract',
    'python',
  ]);
});

describe('the import graph', () => {
  const files: PythonFile[] = [
    { path: 'app/__init__.py', text: '' },
    { path: 'app/main.py', text: 'import fastapi, os\nfrom app.model import load\nfrom . import schemas' },
    { path: 'app/model.py', text: 'import torch\ndef load():\n    from app import heavy' },
    { path: 'app/schemas.py', text: 'import pydantic' },
    { path: 'app/heavy.py', text: 'if TYPE_CHECKING:\n    import pandas' },
    { path: 'app/unused.py', text: 'import seaborn' },
    { path: 'tests/test_main.py', text: 'import pytest\nfrom app import main' },
    { path: 'service/run.py', text: 'import lib.tools' },
    { path: 'service/lib/tools.py', text: 'import yaml' },
  ];
  test('reaches what an entry imports, lazily too, and nothing else', async () => {
    const sources = await scanPythonFiles(files);
    const paths = reachableFrom(sources, ['app.main:app']).map((file) => file.path);
    expect(paths).toEqual([
      'app/__init__.py',
      'app/heavy.py',
      'app/main.py',
      'app/model.py',
      'app/schemas.py',
    ]);
    expect(reachableFrom(sources, ['service/run.py']).map((file) => file.path)).toEqual([
      'service/lib/tools.py',
      'service/run.py',
    ]);
  });
  test('foreign imports are neither local nor of the standard library', async () => {
    const sources = await scanPythonFiles(files);
    expect([...foreignImports(sources).keys()]).toEqual([
      'fastapi',
      'pydantic',
      'pytest',
      'seaborn',
      'torch',
      'yaml',
    ]);
    const site = foreignImports(sources).get('pytest')?.[0];
    expect(site?.source.path).toBe('tests/test_main.py');
  });
});

test('what the container starts is needed, though another file may do without it', async () => {
  const files = { 'm.py': 'try:\n    import a\nexcept ImportError:\n    pass\n', 'a.py': '' };
  const sources = await scanPythonFiles(Object.entries(files).map(([path, text]) => ({ path, text })));
  expect([...optionalFiles(sources, new Set(sources.files), ['a:app'])]).toEqual([]);
});

test.each<readonly [files: Readonly<Record<string, string>>, optional: readonly string[], reason: string]>([
  [
    {
      'p/__init__.py': 'try:\n    from .a import A\nexcept ImportError:\n    A = None\n',
      'p/a.py': 'from . import b\n',
      'p/b.py': '',
    },
    ['p/a.py', 'p/b.py'],
    'what only it imports goes with it',
  ],
  [
    {
      'm.py': 'try:\n    import a\nexcept ImportError:\n    a = None\n',
      'a.py': 'import b\n',
      'b.py': '',
      'n.py': 'import b\n',
    },
    ['a.py'],
    'another one needs it',
  ],
  [{ 'm.py': 'def f():\n    import a\n', 'a.py': '' }, [], 'late, and needed'],
  [{ 'm.py': '', 'a.py': '' }, [], 'imported by nobody, it may be started'],
])('files that a program does without: %j', async (files, optional, reason) => {
  const sources = await scanPythonFiles(Object.entries(files).map(([path, text]) => ({ path, text })));
  const found = optionalFiles(sources, new Set(sources.files));
  expect([reason, [...found].map(({ path }) => path).sort()]).toEqual([reason, optional]);
});
