import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Audit, groupAudit, wasteFiles } from '../audit/index.ts';
import { diveFigures, type LayerEntry } from '../filetree/index.ts';
import { findingKinds } from '../finding/index.ts';
import type { GateResult } from '../policy/index.ts';
import { rootOf } from './fixtures/root-of.ts';
import { sampleAudit, sampleAuditRequest, sampleSides } from './fixtures/sample-report.ts';
import {
  type AuditTreeNode,
  type AuditTrees,
  auditGroupsTable,
  auditHtml,
  auditMarkdown,
  auditSarif,
  auditTable,
  auditTrees,
  diveJson,
  textWidth,
} from './index.ts';

const audit = sampleAudit();
const request = sampleAuditRequest();
const colourless = { width: 100, hasColour: false };
const gates: readonly GateResult[] = [
  {
    gate: 'maxDead',
    unit: 'bytes',
    limit: 20e6,
    actual: 310e6,
    verdict: 'fail',
    source: '.plimsoll.yaml:3',
    message: 'dead bytes 310 MB, at most 20.0 MB',
  },
];
const treeInput = { ...request, audit, waste: wasteFiles(request) };
const trees = auditTrees(treeInput);
const figures = diveFigures(request.root);

const outputs: readonly [file: string, text: string][] = [
  ['audit-64.txt', auditTable(audit, { width: 64, hasColour: false, gates })],
  ['audit-colour.txt', auditTable(audit, { width: 120, hasColour: true })],
  ...(['layer', 'package', 'class', 'directory'] as const).map((by): [string, string] => [
    `audit-by-${by}.txt`,
    auditGroupsTable(audit, { by, rows: groupAudit(request, by) }, colourless),
  ]),
  ['audit.md', auditMarkdown(audit, gates)],
  ['audit.sarif', auditSarif(audit, { version: '1.2.3' })],
  ['audit.dive.json', diveJson({ audit, root: request.root, figures })],
];
test.each(outputs)('%s is as expected', async (file, text) => {
  await expect(text).toMatchFileSnapshot(`expected/${file}`);
});

test.each([60, 64, 80])('no finding is wider than a terminal of %i columns', (width) => {
  const kinds = Object.keys(findingKinds).flatMap((kind) => {
    const [sample] = audit.findings;
    // Any kind will do: what matters is its title, and the name that some have.
    const named = { ...sample, kind, pathCount: 12_345, variable: 'HUGGING_FACE_HUB_TOKEN' };
    return sample === undefined ? [] : [named as Audit['findings'][number]];
  });
  for (const findings of kinds.map((one) => [one])) {
    const table = auditTable({ ...audit, findings, packages: [] }, { width, hasColour: false });
    for (const line of table.split('\n')) expect([line, textWidth(line) <= width]).toEqual([line, true]);
  }
});

test('a package that is there twice is shown with its place', () => {
  const twin = { kind: 'distribution' as const, name: 'numpy', version: '1', sizeBytes: 9, fileCount: 1 };
  const packages = ['opt/a', 'opt/b'].map((place) => ({
    ...twin,
    location: `${place}/lib/python3.11/site-packages`,
  }));
  const twins = { ...audit, packages };
  for (const text of [auditTable(twins, colourless), auditMarkdown(twins)]) {
    expect(text).toMatch(/numpy in opt\/a .*\n.*numpy in opt\/b /);
  }
  expect(auditHtml({ audit: twins, trees })).toMatch(/numpy <span[^>]*> in opt\/b</);
  const rows = packages.map(({ name, location }) => ({
    ...{ name, location, packageKind: 'distribution' },
    ...{ sizeBytes: 9, fileCount: 1, deadBytes: 0, avoidableBytes: 0 },
  }));
  expect(auditGroupsTable(audit, { by: 'package', rows }, colourless)).toMatch(
    /numpy in opt\/a\n.*numpy in opt\/b\n/,
  );
});

describe('a tree', () => {
  test.each(Object.entries(trees))('by %s holds every stored byte once', (_, tree: AuditTreeNode) => {
    expect(tree.sizeBytes).toBe(audit.image.contentBytes);
    expect(tree.deadBytes).toBe(audit.deadBytes);
    expect(tree.avoidableBytes).toBe(audit.avoidableBytes);
    for (const node of nodesOf(tree)) {
      if (node.children === undefined) continue;
      for (const key of ['sizeBytes', 'deadBytes', 'avoidableBytes'] as const) {
        expect(node[key]).toBe(node.children.reduce((sum, child) => sum + child[key], 0));
      }
    }
  });

  test('has the names of its way of sorting at the first level', () => {
    const names = (tree: AuditTreeNode): string[] => (tree.children ?? []).map(({ name }) => name);
    expect(names(trees.layers)[0]).toBe('4 · RUN pip install -r requirements.txt -r requirements-dev.txt');
    expect(names(trees.packages)).toEqual(['Python distributions', 'Of no package', 'dpkg packages']);
    expect(names(trees.classes)).toContain('Deleted in a later layer');
  });

  test('of 60,000 files is small, and says how many files it sums up', () => {
    const files = Object.fromEntries(
      Array.from({ length: 60_000 }, (_, i) => [
        `srv/part-${i % 40}/${'long-name-'.repeat(3)}${i}.bin`,
        1000 + (i % 7),
      ]),
    );
    const big = auditTrees({ ...treeInput, root: rootOf(files), waste: [] });
    for (const tree of Object.values<AuditTreeNode>({ ...big })) {
      const all = [...nodesOf(tree)];
      expect(all.length).toBeLessThan(5100);
      expect(tree.fileCount).toBe(60_000);
      const leaves = all.filter(({ children }) => children === undefined);
      expect(leaves.reduce((sum, { fileCount }) => sum + fileCount, 0)).toBe(60_000);
      expect(all.some(({ name }) => /^1,\d{3} more files$/.test(name))).toBe(true);
    }
    expect(auditHtml({ audit, trees: big }).length).toBeLessThan(2e6);
  });
});

describe('SARIF', () => {
  // The parts of the 2.1.0 schema (sarif-schema-2.1.0.json) that the log uses: which fields there are, and which must be.
  const text = auditSarif(audit, { version: '1.2.3' });
  const log = JSON.parse(text);
  const [run] = log.runs;

  test('has the fields that the standard knows and asks for', () => {
    expect(log).toEqual({ $schema: expect.stringMatching(/^https:/), version: '2.1.0', runs: [run] });
    const message = { text: expect.stringMatching(/\S/) };
    for (const rule of run.tool.driver.rules) {
      expect(rule).toEqual({
        id: expect.stringMatching(/^[a-z-]+$/),
        name: expect.stringMatching(/^[A-Z][A-Za-z]+$/),
        shortDescription: message,
        fullDescription: message,
        help: { ...message, markdown: expect.stringMatching(/\*\*Remedy\.\*\*/) },
        defaultConfiguration: { level: expect.stringMatching(/^(?:error|warning|note|none)$/) },
        properties: expect.objectContaining({ tags: expect.arrayContaining([expect.any(String)]) }),
      });
    }
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result).toMatchObject({ level: expect.stringMatching(/^(?:error|warning|note)$/), message });
      for (const { physicalLocation, logicalLocations } of result.locations) {
        expect(physicalLocation.artifactLocation.uri).toMatch(/^[A-Za-z0-9\-._~%!*'()/]+$/);
        expect(logicalLocations[0]).toEqual({
          fullyQualifiedName: expect.any(String),
          kind: expect.stringMatching(/^(?:resource|module)$/),
        });
      }
    }
    const kinds = new Set(audit.findings.map(({ kind }) => kind));
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([...kinds].sort());
    expect(run.results).toHaveLength(audit.findings.length);
  });

  test('marks each finding by what stays the same in the next build', () => {
    const marks = (one: Audit): string[] =>
      JSON.parse(auditSarif(one, { version: '1' })).runs[0].results.map(
        (result: { partialFingerprints: Record<string, string> }) =>
          result.partialFingerprints['plimsollFinding/v1'],
      );
    const moved: Audit = {
      ...audit,
      findings: audit.findings.map((finding) => ({
        ...finding,
        sizeBytes: finding.sizeBytes + 1,
        ...(finding.layer === undefined ? {} : { layer: finding.layer + 1 }),
        ...(finding.owner === undefined ? {} : { owner: { ...finding.owner, version: '99' } }),
      })),
    };
    expect(marks(moved)).toEqual(marks(audit));
    expect(new Set(marks(audit)).size).toBe(audit.findings.length);
  });

  test('never tells a secret', () => expect(text).not.toContain('abcdef123456'));
});

describe('dive’s JSON', () => {
  const entry = (path: string, one: Partial<LayerEntry>): LayerEntry => ({
    path,
    type: 'file',
    sizeBytes: 0,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 0,
    ...one,
  });
  // Modes and flags as dive's own test has them (export_test.snap); directories without an entry as its code has them.
  test.each<[reason: string, LayerEntry, object]>([
    [
      'a file',
      entry('bin/[', { sizeBytes: 7, mode: 0o755 }),
      { path: 'bin/[', typeFlag: 48, size: 7, fileMode: 493, isDir: false },
    ],
    [
      'a hard link',
      entry('a', { type: 'hardlink', linkTarget: 'bin/[', mode: 0o755 }),
      { typeFlag: 49, linkName: 'bin/[', fileMode: 493 },
    ],
    [
      'a directory',
      entry('bin', { type: 'directory', mode: 0o755 }),
      { typeFlag: 53, fileMode: 2147484141, isDir: true },
    ],
    [
      'one with the sticky bit',
      entry('tmp', { type: 'directory', mode: 0o1777 }),
      { typeFlag: 53, fileMode: 2148532735 },
    ],
    ['a set-uid program', entry('su', { mode: 0o4755 }), { fileMode: 2 ** 23 + 0o755 }],
    [
      'a symlink',
      entry('l', { type: 'symlink', linkTarget: '/x', mode: 0o777 }),
      { typeFlag: 50, linkName: '/x', fileMode: 2 ** 27 + 0o777 },
    ],
    [
      'a whiteout',
      entry('root/gone', { type: 'whiteout', mode: 0 }),
      { path: 'root/.wh.gone', typeFlag: 48, size: 0, fileMode: 0 },
    ],
  ])('writes %s as dive does', (_, one, expected) => {
    expect(fileListOf([one])[0]).toMatchObject(expected);
  });

  test('lists by name, what is inside first, without the root and opaque whiteouts', () => {
    const list = fileListOf([
      entry('', { type: 'directory' }),
      entry('b', { type: 'directory' }),
      entry('b', { type: 'opaque-whiteout' }),
      entry('b/2', {}),
      entry('b/1', {}),
      entry('a/x', {}),
    ]);
    expect(list.map(({ path }) => path)).toEqual(['a/x', '', 'b/1', 'b/2', 'b']);
  });

  function fileListOf(entries: readonly LayerEntry[]): { path: string }[] {
    const layers = rootOf({}).layers.map((layer) => ({ ...layer, entries: () => entries.values() }));
    return JSON.parse(diveJson({ audit, root: { layers }, figures })).layer[0].fileList;
  }
});

describe('the page', () => {
  const page = auditHtml({ audit, trees, gates });

  test('holds text from the image as text only', () => {
    expect(page).not.toMatch(/<img/i);
    expect(page.match(/<script\b/g)).toHaveLength(2);
    expect(page).toContain('\\u003cimg src=x onerror=alert(1)\\u003e.csv');
    expect(page).not.toContain('abcdef123456');
  });

  test('has the same elements whatever the names are', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '`',
        '/',
        '-',
        '!',
        'a',
        '\u2028',
        '\u202e',
        '</script>',
        '<!--',
      ),
      minLength: 1,
    });
    const tagsOf = (text: string): string[] => page0(text).match(/<\/?[a-z!][a-z0-9-]*/gi) ?? [];
    const page0 = (name: string): string => {
      const node = (tree: AuditTreeNode): AuditTreeNode => ({
        ...tree,
        name,
        ...(tree.children === undefined ? {} : { children: tree.children.map(node) }),
      });
      const named: AuditTrees = {
        layers: node(trees.layers),
        packages: node(trees.packages),
        classes: node(trees.classes),
      };
      return auditHtml({
        audit: {
          ...audit,
          image: { ...audit.image, name, distribution: name },
          layers: audit.layers.map((layer) => ({ ...layer, instruction: `RUN ${name}` })),
          packages: audit.packages.map((one) => ({ ...one, name, version: name })),
          findings: audit.findings.map((one) => ({ ...one, paths: [name], remedy: name, instruction: name })),
        },
        trees: named,
      });
    };
    const usual = tagsOf('a').filter((tag) => !/code/.test(tag));
    fc.assert(
      fc.property(hostile, (name) => {
        expect(tagsOf(name).filter((tag) => !/code/.test(tag))).toEqual(usual);
      }),
      { numRuns: 50 },
    );
  });

  test('allows its own script and nothing from elsewhere', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1];
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/\burl\(|@import/);
  });

  test('shows gates, every kind of finding with its remedy, and every layer', () => {
    expect(page).toContain('dead bytes 310 MB, at most 20.0 MB');
    for (const { kind } of audit.findings) expect(page).toContain(`<b>${findingKinds[kind].title}</b>`);
    expect(page.match(/id="layer-\d+"/g)).toHaveLength(sampleSides().fat.layers.length);
  });
});

function* nodesOf(node: AuditTreeNode): Generator<AuditTreeNode> {
  yield node;
  for (const child of node.children ?? []) yield* nodesOf(child);
}
