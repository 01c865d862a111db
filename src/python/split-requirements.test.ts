import { describe, expect, test } from 'vitest';
import { type DistributionFacts, readRequirementsTree, splitRequirements } from './index.ts';

const facts: DistributionFacts = {
  isDevelopmentSplit: true,
  developmentReason: (name) => (['pytest', 'black', 'jupyter'].includes(name) ? 'a tool' : undefined),
  importedBy: (name) => (['fastapi', 'httpx'].includes(name) ? 'app/main.py:1' : undefined),
  startedBy: (name) => (name === 'uvicorn' ? 'the container starts uvicorn' : undefined),
  isGpuOnly: (name) => name.startsWith('nvidia-') || name === 'triton',
  cpuName: (name) => (name === 'tensorflow' ? 'tensorflow-cpu' : name === 'torch' ? 'torch' : undefined),
};

async function split(
  files: Readonly<Record<string, string>>,
  installed: string,
  given: DistributionFacts = facts,
) {
  const tree = await readRequirementsTree(installed, async (path) => files[path]);
  const result = splitRequirements(tree, given);
  return {
    ...result,
    written: Object.fromEntries(
      result.files.filter((file) => file.content !== file.previous).map((file) => [file.path, file.content]),
    ),
  };
}

describe('splitting requirements', () => {
  test('a mixed file: tools go to a new development file, comments and order stay', async () => {
    const { written, moved, production } = await split(
      { 'requirements.txt': '# web\nfastapi>=0.1  # the api\npytest==8.0\nnumpy\n' },
      'requirements.txt',
    );
    expect(written).toEqual({
      'requirements.txt': '# web\nfastapi>=0.1  # the api\nnumpy\n',
      'requirements-dev.txt': '-r requirements.txt\npytest==8.0\n',
    });
    expect(moved).toMatchObject([
      { name: 'pytest', reason: 'a tool', file: 'requirements.txt', line: 3, isGpuOnly: false },
    ]);
    expect(production).toEqual(new Map([['requirements.txt', 'requirements.txt']]));
  });

  test('tools stay where a stage for tests uses one of them', async () => {
    const stays = await split(
      { 'requirements.txt': 'fastapi\npytest==8.0\nblack\ntensorflow\n' },
      'requirements.txt',
      { ...facts, usedByStage: (name) => (name === 'black' ? 'lint' : undefined) },
    );
    expect(stays.written).toEqual({
      'requirements.txt': 'fastapi\npytest==8.0\nblack\ntensorflow-cpu\n',
    });
    expect(stays.leftAlone).toEqual([
      'requirements.txt:3: black stays, with all that only development needs: the stage lint uses it',
    ]);
  });

  test('a development file that includes the production file: production is installed instead', async () => {
    const { written, production } = await split(
      {
        'requirements-dev.txt': '-r requirements.txt\npytest\nblack\n',
        'requirements.txt': 'fastapi\nnumpy\n',
      },
      'requirements-dev.txt',
    );
    expect(production).toEqual(new Map([['requirements-dev.txt', 'requirements.txt']]));
    expect(written).toEqual({});
  });

  test('what a development file lists but the application imports is not lost', async () => {
    const { written } = await split(
      { 'requirements-dev.txt': '-r requirements.txt\npytest\nhttpx>=0.27\n', 'requirements.txt': 'fastapi' },
      'requirements-dev.txt',
    );
    expect(written).toEqual({ 'requirements.txt': 'fastapi\nhttpx>=0.27\n' });
  });

  test('a tool that the application imports stays, and it is said', async () => {
    const imports = {
      ...facts,
      importedBy: (name: string) => (name === 'pytest' ? 'app/check.py:2' : undefined),
    };
    const { moved, leftAlone } = await split({ 'requirements.txt': 'pytest\n' }, 'requirements.txt', imports);
    expect(moved).toEqual([]);
    expect(leftAlone).toEqual(['requirements.txt:1: pytest stays, app/check.py:2 imports it']);
  });

  test('hashed requirements are left alone', async () => {
    const { written, leftAlone } = await split(
      { 'requirements.txt': `pytest==8.0 --hash=sha256:${'0'.repeat(64)}\n` },
      'requirements.txt',
    );
    expect(written).toEqual({});
    expect(leftAlone[0]).toContain('hashes');
  });

  test('the CPU build: frozen CUDA libraries go for good, names and CUDA pins change', async () => {
    const { written } = await split(
      {
        'requirements.txt': 'torch==2.3.1+cu121\nnvidia-cublas-cu12==12.1\ntriton==2.3\ntensorflow==2.16.1\n',
      },
      'requirements.txt',
    );
    expect(written).toEqual({ 'requirements.txt': 'torch==2.3.1\ntensorflow-cpu==2.16.1\n' });
  });

  test('nothing is split when the edit was taken back', async () => {
    const { written, production } = await split(
      { 'requirements-dev.txt': '-r requirements.txt\npytest\n', 'requirements.txt': 'fastapi\n' },
      'requirements-dev.txt',
      { ...facts, isDevelopmentSplit: false },
    );
    expect(written).toEqual({});
    expect(production).toEqual(new Map([['requirements-dev.txt', 'requirements-dev.txt']]));
  });
});

test('what is exchanged and what leaves with the GPU build are told apart from development tools', async () => {
  const { moved, swapped } = await split(
    { 'requirements.txt': 'tensorflow==2.16.1\ntriton\npytest\n' },
    'requirements.txt',
  );
  expect(swapped).toEqual(['tensorflow → tensorflow-cpu==2.16.1']);
  expect(moved.map((one) => [one.name, one.isGpuOnly])).toEqual([
    ['triton', true],
    ['pytest', false],
  ]);
});
