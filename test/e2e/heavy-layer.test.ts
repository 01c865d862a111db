import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { runProcess } from '../../src/base/index.ts';
import { noFacts, rewriteDockerfile, rewrites } from '../../src/dockerfile/index.ts';
import { docker, projectOf } from './run-cli.ts';
import { inContainer } from './slim-project.ts';

const dockerfile = `FROM python:3.11 AS wheels
COPY make.py /tmp/
RUN python /tmp/make.py /wheels

FROM python:3.11 AS builder
COPY --from=wheels /wheels /wheels
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY requirements.txt ./
RUN pip install -r requirements.txt

FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
WORKDIR /app
COPY . .
RUN python train.py
CMD ["python"]
`;

/** Writes wheels: two versions of what is heavy, with other files, and two that are not. */
const makeWheels = `import os, sys, zipfile
os.makedirs(sys.argv[1])
def wheel(name, version, files, requires=(), scripts=""):
    info = f"{name}-{version}.dist-info"
    all = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n" + "".join(f"Requires-Dist: {one}\\n" for one in requires),
           f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    if scripts: all[f"{info}/entry_points.txt"] = scripts
    all[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in [*all, f"{info}/RECORD"])
    with zipfile.ZipFile(f"{sys.argv[1]}/{name}-{version}-py3-none-any.whl", "w") as out:
        for path, text in all.items(): out.writestr(path, text)
big = "x = '" + "b" * 1000000 + "'\\n"
run = "[console_scripts]\\nheavyset = heavyset:main\\n"
for version, only in (("1.0", "old"), ("2.0", "new")):
    wheel("heavyset", version, {"heavyset/__init__.py": f"VERSION = '{version}'\\ndef main(): print(VERSION)\\n", f"heavyset/only_{only}.py": "", "heavyset/big.py": big}, ["helper"], run)
wheel("helper", "1.0", {"helper.py": ""})
wheel("small", "1.0", {"small/__init__.py": "", "small/data/x.txt": "x"}, [], "[console_scripts]\\nsmall = heavyset:main\\n")
wheel("more", "1.0", {"more.py": "", "heavyset_plugin/a.py": ""})
`;

/** Writes down what it is trained with. */
const train = `import heavyset
open("model.txt", "w").write(heavyset.VERSION)
`;

/** The Dockerfile as the edits make it. */
function divided(): string {
  const only: readonly string[] = ['heavy-layer', 'step-inputs'];
  const without = new Set(rewrites.map(({ id }) => id).filter((id) => !only.includes(id)));
  const alone = { paths: ['train.py'], because: undefined, heavyAlone: { because: undefined } };
  const heavy = {
    requirements: ['heavyset==1.0'],
    options: [],
    because: undefined,
    evidence: 'heavyset is heavy',
    importStatements: [],
  };
  const facts = { ...noFacts, heavy, stepInputs: new Map([['train.py', alone]]) };
  return rewriteDockerfile(dockerfile, facts, { without }).text;
}

/** Builds with these requirements, by this Dockerfile; the image goes when the test ends. */
async function built(folder: string, requirements: string, file: 'plain' | 'divided'): Promise<string> {
  writeFileSync(join(folder, 'requirements.txt'), requirements);
  const tag = `plimsoll-heavy-test/${file}:${requirements.replaceAll(/\W+/g, '-')}end`;
  const { code, stderr } = await runProcess(
    'docker',
    ['build', '--tag', tag, '--file', join(folder, file), folder],
    {
      env: { ...inject('lab')?.environment, DOCKER_BUILDKIT: '1' },
    },
  );
  expect(code, stderr).toBe(0);
  onTestFinished(async () => void (await docker('image', 'rm', tag)));
  return tag;
}

/** Every file of the environment with its mode, digest or link; and what pip says. */
const environment = `cd /opt/venv && find . -type f ! -name '*.pyc' -exec sha256sum {} + | sort -k2
find . \\( -type l -printf '%p %l\\n' -o -type f -printf '%p %m\\n' -o -type d ! -name __pycache__ -printf '%p %m\\n' \\) | grep -v pyc | sort
pip check; python -c 'import sys; print(sys.path)'; heavyset; small`;

async function layersOf(image: string): Promise<readonly string[]> {
  return (await docker('image', 'inspect', '--format', '{{join .RootFS.Layers " "}}', image))
    .trim()
    .split(' ');
}

describe.skipIf(inject('lab') === undefined)(`heavy-layer ${inject('noLabBecause')}`, () => {
  test('the layers together are the environment, an added requirement leaves the heavy one as it is, runs no step that needs it alone, and another version wins whole', async () => {
    const folder = projectOf({
      plain: dockerfile,
      divided: divided(),
      'make.py': makeWheels,
      'train.py': train,
    });
    const images = new Map<string, string>();
    for (const requirements of [
      'heavyset==1.0\nsmall\n',
      'heavyset==1.0\nsmall\nmore\n',
      'heavyset==2.0\nsmall\n',
    ]) {
      const [plain, both] = [
        await built(folder, requirements, 'plain'),
        await built(folder, requirements, 'divided'),
      ];
      const expected = await inContainer(plain, environment);
      expect(expected).toContain('No broken requirements found.');
      expect(await inContainer(both, environment), requirements).toBe(expected);
      images.set(requirements, both);
    }
    const [first, added, replaced] = [...images.values()];
    const [before, after] = [await layersOf(first ?? ''), await layersOf(added ?? '')];
    // Environment, /app, model, environment, source.
    expect(after.slice(-5, -2), 'the heavy layer, and the step behind it').toEqual(before.slice(-5, -2));
    expect(after.at(-2), 'the layer above').not.toBe(before.at(-2));
    expect(await inContainer(added ?? '', 'cat /app/model.txt')).toBe('1.0');
    expect(await inContainer(replaced ?? '', 'cat /app/model.txt'), 'the version in the image').toBe('2.0');
    const names = 'ls /opt/venv/lib/python3.11/site-packages /opt/venv/lib/python3.11/site-packages/heavyset';
    expect(await inContainer(replaced ?? '', names)).toMatch(/heavyset-2\.0\.dist-info[\s\S]*only_new\.py/);
    expect(await inContainer(replaced ?? '', names)).not.toMatch(/heavyset-1\.0|only_old/);
  });
});
