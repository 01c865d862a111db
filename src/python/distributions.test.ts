import { expect, test } from 'vitest';
import { indexImage } from '../filetree/index.ts';
import { buildImage } from '../image/index.ts';
import { findDistributions, type InstalledDistribution, isPythonInventoryFile } from './index.ts';

const site = 'opt/venv/lib/python3.11/site-packages';

async function installed(files: Readonly<Record<string, string>>): Promise<readonly InstalledDistribution[]> {
  const members = Object.entries(files).map(([path, text]) => ({
    path,
    type: 'file' as const,
    content: Buffer.from(text),
  }));
  const image = await buildImage({ layers: [members] });
  const { root } = await indexImage(image, { capture: { key: 'test', wants: isPythonInventoryFile } });
  return findDistributions(root);
}

const metadata =
  'Metadata-Version: 2.1\nName: Scikit_Learn\nVersion: 1.5.0\nRequires-Dist: numpy>=1.19\nRequires-Dist: pytest ; extra == "tests"\n\nName: not-a-header\n';

test('a wheel: files of RECORD, bytecode beside them, sizes by class, requirements without extras', async () => {
  const [found] = await installed({
    [`${site}/scikit_learn-1.5.0.dist-info/METADATA`]: metadata,
    [`${site}/scikit_learn-1.5.0.dist-info/RECORD`]:
      'sklearn/__init__.py,sha256=x,4\nsklearn/tests/test_a.py,,\n"sklearn/a,b.so",,\nsklearn/gone.py,,\n../../../bin/sk,,\nscikit_learn-1.5.0.dist-info/METADATA,,\n',
    [`${site}/scikit_learn-1.5.0.dist-info/entry_points.txt`]: '[console_scripts]\nsk = sklearn:main\n',
    [`${site}/sklearn/__init__.py`]: 'pass',
    [`${site}/sklearn/__pycache__/__init__.cpython-311.pyc`]: '123456',
    [`${site}/sklearn/tests/test_a.py`]: '12',
    [`${site}/sklearn/a,b.so`]: '12345678',
    'opt/venv/bin/sk': '#!',
  });
  expect(found).toMatchObject({
    name: 'scikit-learn',
    version: '1.5.0',
    location: site,
    requires: ['numpy'],
    entryPoints: { console_scripts: ['sk'] },
    modules: ['sklearn'],
    sizeBytes: 4 + 6 + 2 + 8 + 2 + metadata.length,
    bytesByClass: {
      'python-source': 4,
      bytecode: 6,
      tests: 2,
      'shared-library': 8,
      program: 2,
      metadata: metadata.length,
    },
  });
  expect(found?.files).not.toContain(`${site}/sklearn/gone.py`);
});

test('a system package without RECORD gets the files of its top-level modules', async () => {
  const [found] = await installed({
    'usr/lib/python3/dist-packages/six-1.16.egg-info/PKG-INFO': 'Name: six\nVersion: 1.16\n',
    'usr/lib/python3/dist-packages/six-1.16.egg-info/top_level.txt': 'six\n',
    'usr/lib/python3/dist-packages/six.py': 'x = 1',
  });
  expect(found?.files).toContain('usr/lib/python3/dist-packages/six.py');
});

test('vendored metadata and broken metadata are no distributions', async () => {
  const found = await installed({
    [`${site}/setuptools/_vendor/wheel-0.43.dist-info/METADATA`]: 'Name: wheel\nVersion: 0.43\n',
    [`${site}/broken-1.dist-info/METADATA`]: 'nothing\n',
  });
  expect(found).toEqual([]);
});

test.each<[string, string, Readonly<Record<string, string>>, boolean]>([
  ['a folder', '{"url": "file:///app", "dir_info": {}}', {}, true],
  ['a folder, in editable mode', '{"url": "file:///app", "dir_info": {"editable": true}}', {}, true],
  ['a folder, though others require it', '{"url": "file:///lib", "dir_info": {}}', { web: 'Requires-Dist: api' }, true],
  ['a repository', '{"url": "https://host/x.git", "vcs_info": {"vcs": "git"}}', {}, true],
  ['a wheel at hand', '{"url": "file:///dist/api-1-py3-none-any.whl", "archive_info": {}}', {}, true],
  ['a wheel that others require: a library of a folder of wheels', '{"url": "file:///wheels/api-1.whl", "archive_info": {}}', { web: 'Requires-Dist: api>=1' }, false],
  ['a wheel that an extra of others asks for', '{"url": "file:///wheels/api-1.whl", "archive_info": {}}', { web: 'Requires-Dist: api ; extra == "x"' }, false],
  ['a build of Conda', '{"dir_info": {}, "url": "file:///home/conda/feedstock_root/build_artifacts/attrs_1659291887007/work"}', {}, false],
  ['a build of the default channel', '{"archive_info": {}, "url": "file:///croot/api_1701295038894/work/dist/api-1.whl"}', {}, false],
  ['what is no note', 'oops', {}, false],
])('installed from %s', async (_, directUrl, others, isOwn) => {
  const found = await installed({
    [`${site}/api-1.dist-info/METADATA`]: 'Name: api\nVersion: 1\nRequires-Dist: api[x] ; extra == "all"\n',
    [`${site}/api-1.dist-info/direct_url.json`]: directUrl,
    ...Object.fromEntries(
      Object.entries(others).map(([name, line]) => [
        `${site}/${name}-1.dist-info/METADATA`,
        `Name: ${name}\nVersion: 1\n${line}\n`,
      ]),
    ),
  });
  const api = found.find(({ name }) => name === 'api');
  expect(api?.isOwn ?? false).toBe(isOwn);
  expect(api?.isEditable).toBe(directUrl.includes('editable'));
}); // biome-ignore format: a table
