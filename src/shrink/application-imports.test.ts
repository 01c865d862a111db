import { expect, test } from 'vitest';
import { buildImage } from '../image/index.ts';
import { findDistributions } from '../python/index.ts';
import { distribution, studyImage } from './fixtures/shrink-image.ts';
import { applicationImports } from './index.ts';

test('are the installed modules that its own files name, wherever they lie', async () => {
  const image = await buildImage({
    layers: [
      [
        ...distribution('web', { 'web/__init__.py': 'import indirect\n' }),
        ...distribution('indirect', { 'indirect/__init__.py': '' }),
        ...distribution('lazy', { 'lazy.py': '' }),
        { path: 'usr/lib/python3.11/json/__init__.py', content: 'import indirect\n' },
        { path: 'srv/app/main.py', content: 'import json, own\nfrom web.routes import x\n' },
        { path: 'srv/app/own.py', content: 'def f():\n    import lazy\n' },
      ],
    ],
  });
  const { study, root, close } = await studyImage(image);
  expect(applicationImports(study, findDistributions(root))).toEqual(['import lazy', 'import web']);
  await close();
});
