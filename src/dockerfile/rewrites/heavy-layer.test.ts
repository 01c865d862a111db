import { describe, expect, test } from 'vitest';
import { noFacts, type RewriteFacts, rewriteDockerfile, rewrites } from '../index.ts';

const facts: RewriteFacts = {
  ...noFacts,
  heavy: {
    requirements: ['pandas>=2.1'],
    options: [],
    because: undefined,
    evidence: 'pandas is large',
    importStatements: ['import pandas'],
  },
  importStatements: ['import pandas', 'from fastapi import FastAPI'],
};

const builder = `FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY requirements.txt ./
RUN pip install -r requirements.txt

`;
const final = `FROM python:3.11-slim AS app
COPY --from=builder /opt/venv /opt/venv
CMD ["/opt/venv/bin/python", "app.py"]
`;

/** Runs these rewrites alone. */
function rewritten(
  text: string,
  {
    only = ['heavy-layer'],
    given = facts,
  }: { readonly only?: readonly string[]; readonly given?: RewriteFacts } = {},
): ReturnType<typeof rewriteDockerfile> {
  const without = new Set(rewrites.map(({ id }) => id).filter((id) => !only.includes(id)));
  return rewriteDockerfile(text, given, { without, target: 'app' });
}

test('nothing changes where nothing is heavy', () => {
  const { text, leftAlone } = rewritten(builder + final, { given: { ...facts, heavy: undefined } });
  expect(text).toBe(builder + final);
  expect(leftAlone).toEqual([]);
});

test.each([
  ['RUN pip install -r requirements.txt', 1],
  ['RUN pip install --upgrade pip', 0],
  ['COPY --from=wheels /usr/local /usr/local', 0],
])('what is installed in the image itself stays whole, and that is said: %s', (step, count) => {
  const text = `FROM python:3.11 AS wheels\nRUN pip install -r requirements.txt\nFROM python:3.11 AS app\n${step}\n`;
  const { text: same, leftAlone } = rewritten(text);
  expect(same).toBe(text);
  expect(leftAlone.map((one) => one.because)).toEqual(
    Array.from({ length: count }, () => expect.stringContaining('no virtual environment is copied')),
  );
});

test('what conda installs stays whole, and that is said where some of it is large', () => {
  const text = 'FROM continuumio/miniconda3 AS app\nRUN conda install -y pandas flask\n';
  const given = { ...facts, heavy: undefined, condaHeavy: ['pandas'] };
  expect(rewritten(text, { given })).toMatchObject({
    text,
    leftAlone: [
      {
        because:
          'pandas stays in one layer with the others: conda solves an environment as a whole, so that one more package may change all others',
      },
    ],
  });
  expect(rewritten(text, { given: { ...given, condaHeavy: [] } }).leftAlone).toEqual([]);
});

test.each([
  ['FROM debian\nCOPY --from=1 /opt/venv /opt/venv\n', 'names a stage by its number, which would change'],
  ['FROM debian\nRUN --mount=type=bind,from=1,target=/app ls /app\n', 'names a stage by its number'],
])('a stage behind the target that counts stages keeps it as it is: %s', (behind, because) => {
  const { text, leftAlone } = rewritten(`${builder}${final}\n${behind}`);
  expect(text).toContain('COPY --from=builder /opt/venv /opt/venv');
  expect(leftAlone.map((one) => one.because).join()).toContain(because);
});

test('a stage that is named by its number in front of the target may stay so', () => {
  const { text } = rewritten(`${builder}${final}COPY --from=0 /etc/hosts /tmp/\n`);
  expect(text).toContain('COPY --from=layers /opt/venv-rest /opt/venv');
  expect(text).toContain('COPY --from=0 /etc/hosts');
});

test('another instruction that reads the environment keeps it as it is', () => {
  const other = 'COPY --from=builder /opt/venv/bin/alembic /usr/local/bin/\n';
  const { leftAlone } = rewritten(`${builder}${final}${other}`);
  expect(leftAlone[0]?.because).toContain('line 10 reads the environment too');
});

describe('with the edits that work on the environment', () => {
  const both = ['heavy-layer', 'prune-tests', 'prune-headers', 'traced-bytecode'];
  const { text } = rewritten(builder + final, { only: both });
  const places = (...parts: readonly string[]): readonly number[] => parts.map((part) => text.indexOf(part));

  test('bytecode of what is heavy is made before the mark, and the rest behind the installation', () => {
    const order = places(
      '"pandas>=2.1"',
      'import pandas',
      'touch ',
      '-r requirements.txt',
      'FastAPI',
      'AS layers',
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(text.match(/import pandas/g)).toHaveLength(1);
  });

  test('what is heavy is pruned in its own step, and then only what is newer, which may need what was taken out', () => {
    const order = places(
      '"pandas>=2.1"',
      'prune-site-packages.py /opt/venv --aside /opt/venv.aside --tests --headers --static-libraries',
      'import pandas',
      'touch ',
      '-r requirements.txt',
      'prune-site-packages.py /opt/venv --since /opt/venv.aside --tests --headers --static-libraries',
      'FROM builder AS layers',
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  test('what an added requirement repeats is one step of the builder', () => {
    const repeated = text.slice(
      text.indexOf('COPY requirements.txt'),
      text.indexOf('FROM builder AS layers'),
    );
    expect(repeated).toBe(`COPY requirements.txt ./
# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \\
    pip install --no-compile -r requirements.txt && \\
    python -I -c "from fastapi import FastAPI" && \\
    python /tmp/prune-site-packages.py /opt/venv --since /opt/venv.aside --tests --headers --static-libraries --native-sources

# What was installed after the heavy distributions becomes a layer above theirs.
`);
  });

  test.each([
    [
      'what it sets would count for them',
      'RUN pip install -r requirements.txt\nRUN cd /tmp && pip install flask',
    ],
    ['a program of its own', 'RUN pip install -r requirements.txt\nRUN <<EOF\npip install flask\nEOF'],
    ['only where something holds', 'RUN pip install -r requirements.txt\nRUN test -e x || pip install flask'],
  ])('an installation that nothing can be put behind keeps a step of its own: %s', (_, installs) => {
    const given = builder.replace('RUN pip install -r requirements.txt', installs);
    const { text: apart } = rewritten(given + final, { only: ['heavy-layer', 'prune-tests'] });
    expect(apart).toMatch(/target=\/tmp\/prune-site-packages\.py \\\n {4}python \S+ \/opt\/venv --since/);
    expect(apart).toContain(installs.split('\n').slice(1).join('\n'));
  });

  test('without the layer, one run prunes all', () => {
    const { text: whole } = rewritten(builder + final, { only: ['prune-tests', 'prune-headers'] });
    expect(whole).toContain('prune-site-packages.py /opt/venv --tests --headers');
    expect(whole).not.toMatch(/--aside|--since/);
  });

  test('a slim builder gets binutils once', () => {
    const { text: slim } = rewritten(builder.replace('3.11', '3.11-slim') + final, {
      only: [...both, 'strip-libraries'],
    });
    expect(slim.match(/binutils/g)).toHaveLength(1);
    expect(slim.match(/--strip/g)).toHaveLength(2);
    expect(slim.indexOf('binutils')).toBeLessThan(slim.indexOf('--aside'));
  });

  test('the result is the same again', () => {
    expect(rewritten(text, { only: both }).text).toBe(text);
  });
});

describe('with a step between the layers, and no pip in the environment', () => {
  const given: RewriteFacts = {
    ...facts,
    installerNeeds: { pip: undefined, modules: [] },
    stepInputs: new Map([
      ['train.py', { paths: ['train.py'], because: undefined, heavyAlone: { because: undefined } }],
    ]),
  };
  const trained = final.replace('CMD', 'WORKDIR /app\nCOPY . .\nRUN python train.py\nCMD');
  const steps = ['heavy-layer', 'step-inputs', 'prune-tests'];
  const check =
    '{ grep -vxFf /opt/venv.aside/gone /opt/venv.heavy | xargs ls -d > /dev/null || touch /opt/venv.heavy; }';

  test('what the pruning script takes out whole was not exchanged', () => {
    const { text } = rewritten(builder + trained, { only: [...steps, 'base-pip'], given });
    expect(text).toContain(check);
    expect(text.match(/xargs ls -d/g)).toHaveLength(1);
  });

  test('also where the step moves in front of the layer in a later run', () => {
    const { text: first } = rewritten(builder + trained, {
      only: ['heavy-layer', 'prune-tests', 'base-pip'],
      given,
    });
    expect(first).not.toContain('xargs');
    const { text } = rewritten(first, { only: ['step-inputs'], given });
    expect(text).toContain(check);
  });

  test('where pip stays, nothing goes', () => {
    const { text } = rewritten(builder + trained, { only: steps, given });
    expect(text).toContain('{ xargs ls -d < /opt/venv.heavy > /dev/null || touch /opt/venv.heavy; }');
  });
});
