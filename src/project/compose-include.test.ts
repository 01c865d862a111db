// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose files hold references
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Compose, readCompose } from './index.ts';

type Files = Readonly<Record<string, string>>;

async function composeOf(files: Files): Promise<{ readonly folder: string; readonly compose: Compose }> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-include-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const compose = await readCompose(folder, Object.keys(files));
  if (compose === undefined) throw new Error('no compose file');
  return { folder, compose };
}

const built = 'services: { a: { build: . } }\n';

/** Each service as `name: context, Dockerfile in it, file that it is changed in`. */
test.each<
  readonly [title: string, files: Files, services: readonly string[], notFollowed: readonly string[]]
>([
  [
    'paths are relative to the directory of the included file',
    { 'compose.yaml': 'include: [api/compose.yaml]\n', 'api/compose.yaml': built },
    ['a: api, Dockerfile, api/compose.yaml'],
    [],
  ],
  [
    'or to the project directory, which is relative to who includes it',
    {
      'compose.yaml': 'include:\n  - path: api/deploy/compose.yaml\n    project_directory: api\n',
      'api/deploy/compose.yaml': 'services: { a: { build: { context: ., dockerfile: docker/D } } }\n',
    },
    ['a: api, docker/D, api/deploy/compose.yaml'],
    [],
  ],
  [
    'further files of a list are overrides of the first',
    {
      'compose.yaml': 'include: [{ path: [api/a.yaml, over/b.yaml] }]\n',
      'api/a.yaml': built,
      'over/b.yaml': 'services: { a: { build: { dockerfile: D } }, b: { build: . } }\n',
    },
    ['a: api, D, api/a.yaml', 'b: api, Dockerfile, '],
    [],
  ],
  [
    'variables come from .env of the project directory, those outside first',
    {
      'compose.yaml': 'include: [{ path: api/a.yaml, env_file: [outer.env] }]\n',
      'outer.env': 'SUB=sub\nexport NAME="From Outer"\n',
      'api/.env': 'SUB=never\n',
      'api/a.yaml': 'include: [$SUB/b.yaml]\nservices: { a: { build: "${SUB:-x}", image: "${TAG:-1}" } }\n',
      'api/sub/.env': 'NAME=inner\nDF=Inner\n',
      'api/sub/b.yaml':
        'services: { b: { build: { dockerfile: "${NAME}.${DF}" } }, c: { build: "${NAME:+set}$$" } }\n',
    },
    [
      'b: api/sub, From Outer.Inner, api/sub/b.yaml',
      'c: api/sub/set$, Dockerfile, api/sub/b.yaml',
      'a: api/sub, Dockerfile, api/a.yaml',
    ],
    [],
  ],
  [
    'what extends another file inside of an included one',
    {
      'compose.yaml': 'include: [api/a.yaml]\n',
      'api/a.yaml': 'services: { a: { extends: { file: base/b.yaml, service: base } } }\n',
      'api/base/b.yaml':
        'services: { base: { extends: { file: ../../root.yaml, service: root }, build: { context: . } } }\n',
      'root.yaml': 'services: { root: { build: { dockerfile: D } } }\n',
    },
    ['a: api/base, D, api/a.yaml'],
    [],
  ],
  [
    'what cannot be followed is told',
    {
      'compose.yaml':
        'include: [gone.yaml, "oci://x/y:1", "$HIDDEN/c.yaml", loop.yaml, list.yaml, broken.yaml, api/a.yaml]\nservices: { a: { build: own } }\n',
      'loop.yaml': 'include: [compose.yaml]\nservices: { l: { build: l } }\n',
      'list.yaml': '- no\n',
      'broken.yaml': '[\n',
      'api/a.yaml': built,
    },
    ['l: l, Dockerfile, loop.yaml', 'a: own, Dockerfile, compose.yaml'],
    [
      'include of gone.yaml: there is no file gone.yaml',
      'include of oci://x/y:1: it lies elsewhere',
      'include of $HIDDEN/c.yaml: a variable hides which file it is',
      'include of compose.yaml: it includes itself',
      expect.stringMatching(/^include of list\.yaml: .*list\.yaml: /),
      expect.stringMatching(/^include of broken\.yaml: .*broken\.yaml:\d/),
      'included service a: compose.yaml defines it anew',
    ],
  ],
  [
    'two included files with a service of one name, which Compose refuses unless they are the same',
    {
      'compose.yaml': 'include: [x/c.yaml, y/c.yaml, x/../x/c.yaml]\n',
      'x/c.yaml': built,
      'y/c.yaml': built,
    },
    ['a: x, Dockerfile, x/c.yaml'],
    ['service a of y/c.yaml: another included file has one of that name'],
  ],
])('include: %s', async (_, files, services, notFollowed) => {
  const { folder, compose } = await composeOf(files);
  const shown = compose.services.map(({ name, context, dockerfile = '' }) => {
    const origin = compose.origins.get(name)?.file;
    return `${name}: ${relative(folder, context)}, ${relative(context, dockerfile)}, ${origin === undefined ? '' : relative(folder, origin)}`;
  });
  expect([shown, compose.notFollowed]).toEqual([services, notFollowed]);
});

test('environment files of included services are found from anywhere', async () => {
  const { folder, compose } = await composeOf({
    'compose.yaml': 'include: [api/a.yaml]\n',
    'api/a.yaml': 'services: { a: { build: ., env_file: [x.env, { path: y.env, required: false }] } }\n',
  });
  expect(compose.merged.get('a')?.['env_file']).toEqual([
    join(folder, 'api/x.env'),
    { path: join(folder, 'api/y.env'), required: false },
  ]);
});

test('an include of a wrong form is an error', async () => {
  await expect(composeOf({ 'compose.yaml': 'include: { path: a.yaml }\n' })).rejects.toThrow(
    /compose\.yaml: include: /,
  );
});
