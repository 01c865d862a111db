import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import type { RewriteFacts } from '../dockerfile/index.ts';
import { readProject } from '../project/index.ts';
import { rewriteFacts, studyProject } from './index.ts';

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
});

type Files = Readonly<Record<string, string>>;

async function packagesOf(files: Files): Promise<NonNullable<RewriteFacts['editablePackages']>> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-editable-'));
  directories.push(directory);
  const all = {
    Dockerfile: 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -e .\nCMD ["svc"]\n',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) await writeFileWhole(join(directory, path), text);
  const project = await readProject(directory, {});
  const facts = rewriteFacts({
    project,
    study: await studyProject(project),
    target: { device: 'cpu', source: 'given', evidence: [] },
    hasCacheMounts: true,
    suite: 'bookworm',
    foundMissing: new Map(),
  });
  return facts.editablePackages ?? new Map();
}

const manifest = (backend: string, rest = ''): Files => ({
  'pyproject.toml': `[project]\nname = "word-lists"\n[build-system]\nbuild-backend = "${backend}"\n${rest}`,
});
const setuptools = (rest = ''): Files => manifest('setuptools.build_meta', rest);
const source: Files = {
  'src/word_lists/__init__.py': 'from word_lists.load import words\n',
  'src/word_lists/load.py': 'from importlib.resources import files\nwords = files(__package__)\n',
};
const flat: Files = { 'word_lists/__init__.py': '' };
const data: Files = { 'src/word_lists/data/de.yaml': 'a\n' };
const setup = 'import setuptools\n\nsetuptools.setup()\n';

test.each<[Files, string | RegExp, string]>([
  [{ ...setuptools(), ...source }, 'src/word_lists', 'there is no data'],
  [
    { ...setuptools('[tool.setuptools.package-data]\nword_lists = ["data/*.yaml"]\n'), ...source, ...data },
    'src/word_lists',
    'it is declared',
  ],
  [
    { ...setuptools('[tool.setuptools.package-data]\n"*" = ["*.yaml"]\n'), ...source, ...data },
    'src/word_lists',
    'its folder is a package of its own without __init__.py',
  ],
  [
    { ...setuptools(), ...source, ...data, 'MANIFEST.in': 'recursive-include src/word_lists *.yaml\n' },
    'src/word_lists',
    'pyproject.toml includes what MANIFEST.in names',
  ],
  [
    { ...setuptools(), ...source, ...data, 'MANIFEST.in': 'graft src\nglobal-exclude *.yaml\n' },
    /de\.yaml is no declared package data/,
    'MANIFEST.in takes it out again',
  ],
  [
    {
      ...setuptools('[tool.setuptools]\ninclude-package-data = false\n'),
      ...source,
      ...data,
      'MANIFEST.in': 'graft src\n',
    },
    /de\.yaml is no declared/,
    'MANIFEST.in does not count',
  ],
  [
    { ...setuptools('[tool.setuptools.package-data]\nword_lists = ["*.json"]\n'), ...source, ...data },
    /src\/word_lists\/data\/de\.yaml is no declared/,
    'another kind is declared',
  ],
  [
    {
      ...setuptools('[tool.setuptools.packages.find]\nwhere = ["src"]\nnamespaces = false\n'),
      ...source,
      'src/word_lists/more/x.py': '',
    },
    /more\/x\.py is in no package/,
    'it has no __init__.py',
  ],
  [
    {
      ...setuptools('[tool.setuptools]\npackages = ["word_lists"]\npackage-dir = {"" = "src"}\n'),
      ...source,
      'src/word_lists/sub/__init__.py': '',
    },
    /sub\/__init__\.py is in no package/,
    'it is not listed',
  ],
  [
    { ...setuptools('[tool.setuptools.exclude-package-data]\n"*" = ["*.md"]\n'), ...source },
    /decides what is installed \(exclude-package-data\)/,
    'not everything is followed',
  ],
  [{ ...setuptools(), ...source, 'setup.py': setup }, 'src/word_lists', 'setup.py says nothing'],
  [
    { ...setuptools(), ...source, 'setup.py': 'from setuptools import setup\nsetup(packages=["x"])\n' },
    /setup\.py decides/,
    'setup.py is code',
  ],
  [
    {
      ...setuptools(),
      ...source,
      ...data,
      'setup.cfg':
        '[options]\npackage_dir =\n    =src\npackages = find:\n[options.packages.find]\nwhere = src\n[options.package_data]\n* =\n    data/*.yaml\n    *.json\n',
    },
    'src/word_lists',
    'setup.cfg declares it',
  ],
  [
    {
      ...setuptools(),
      ...source,
      ...data,
      'setup.cfg': '[options]\npackage_dir =\n    =src\npackages = find:\ninclude_package_data = True\n',
      'MANIFEST.in': 'include src/word_lists/data/*.yaml\n',
    },
    'src/word_lists',
    'setup.cfg includes what MANIFEST.in names',
  ],
  [
    {
      ...setuptools(),
      ...source,
      ...data,
      'setup.cfg': '[options]\npackage_dir =\n    =src\npackages = find:\n',
      'MANIFEST.in': 'graft src\n',
    },
    /de\.yaml is no declared/,
    'without include_package_data it does not',
  ],
  [{ ...manifest('hatchling.build'), ...source, ...data }, 'src/word_lists', 'Hatch takes all of the folder'],
  [
    {
      ...manifest('hatchling.build', '[tool.hatch.build.targets.wheel]\npackages = ["src/word_lists"]\n'),
      ...source,
      ...data,
    },
    'src/word_lists',
    'the folder is named',
  ],
  [
    {
      ...manifest('hatchling.build', '[tool.hatch.build.targets.wheel]\nexclude = ["*.yaml"]\n'),
      ...source,
      ...data,
    },
    /tool\.hatch\.build\] decides/,
    'something is left out',
  ],
  [
    { ...manifest('hatchling.build'), ...source, ...data, '.gitignore': '# data\ndata/\n' },
    /\.gitignore may keep src\/word_lists\/data\/de\.yaml/,
    'Hatch leaves out what git ignores',
  ],
  [
    { ...manifest('flit_core.buildapi'), ...source, ...data, '.gitignore': 'data/\n' },
    'src/word_lists',
    'Flit does not ask git',
  ],
  [{ ...manifest('pdm.backend'), ...source, ...data }, 'src/word_lists', 'PDM takes all of the folder'],
  [
    { ...manifest('pdm.backend', '[tool.pdm.build]\nexcludes = ["**/data"]\n'), ...source, ...data },
    /tool\.pdm\.build\] decides/,
    'something is left out',
  ],
  [
    { ...manifest('poetry.core.masonry.api'), ...flat, 'word_lists/a.txt': '' },
    'word_lists',
    'Poetry takes all of the folder',
  ],
  [
    { ...manifest('poetry.core.masonry.api', '[tool.poetry]\npackages = [{ include = "x" }]\n'), ...flat },
    /tool\.poetry\] decides/,
    'packages are named',
  ],
  [{ ...manifest('uv_build'), ...source, ...data }, 'src/word_lists', 'uv takes all of the folder'],
  [
    { ...manifest('constructor'), ...source },
    /what constructor takes into a wheel/,
    'there is no such backend',
  ],
  [
    { 'pyproject.toml': '[project]\nname = "word-lists"\n', ...source, ...data },
    /de\.yaml is no declared/,
    'pip takes setuptools where no backend is named',
  ],
  [
    { 'setup.py': setup, 'setup.cfg': '[options]\npackages = find:\n', ...flat, 'word_lists/py.typed': '' },
    'word_lists',
    'only type checkers read py.typed',
  ],
  [{ ...source }, /its manifest is not known/, 'there is none'],
  [{ ...manifest('maturin'), ...source }, /what maturin takes into a wheel is not known/, 'it compiles'],
  [
    { ...manifest('hatchling.build'), 'other/__init__.py': '' },
    /the folder of its modules is not found/,
    'no folder has the project’s name',
  ],
  [
    {
      ...manifest('hatchling.build'),
      'word_lists/__init__.py':
        'from pathlib import Path\nHERE = Path(__file__).parent\nCONF = HERE.parent / "conf"\n',
    },
    /__init__\.py:3 looks for something beside the package/,
    'it leaves its folder',
  ],
  [
    {
      ...manifest('hatchling.build'),
      'word_lists/__init__.py': 'import os\nC = os.path.join(os.path.dirname(__file__), "..", "conf")\n',
    },
    /:2 looks for something beside/,
    'it leaves its folder by ..',
  ],
  [
    {
      ...manifest('hatchling.build'),
      'word_lists/__init__.py': 'from pathlib import Path\nW = Path(__file__).parent / "w.txt"\n',
      'word_lists/w.txt': '',
    },
    'word_lists',
    'its own folder is installed with it',
  ],
  [
    { ...manifest('hatchling.build'), 'word_lists/__init__.py': 'import settings\n', 'settings.py': '' },
    /imports settings\.py, which is not part of the package/,
    'only the path to the source finds it',
  ],
  [
    { ...manifest('hatchling.build'), ...flat, 'tests/conftest.py': 'import word_lists\n' },
    'word_lists',
    'tests import it, not the other way',
  ],
  [
    {
      ...manifest('hatchling.build'),
      ...source,
      'compose.yaml': 'services:\n  web:\n    build: .\n    volumes: ["./src:/app/src"]\n',
    },
    /service web of the compose file mounts/,
    'the source is the developer’s',
  ],
  [
    {
      ...manifest('hatchling.build'),
      ...source,
      Dockerfile:
        'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -e .\nCMD ["uvicorn", "word_lists:app", "--reload"]\n',
    },
    /waits for changes of the source/,
    'it is for development',
  ],
])('%j: %s, because %s', async (files, expected, _why) => {
  // biome-ignore format: a table
  const found = (await packagesOf(files)).get('.');
  if (typeof expected === 'string') expect(found).toEqual({ roots: [expected], because: undefined });
  else expect(found?.because).toMatch(expected);
});
