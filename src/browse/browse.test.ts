import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditImage, wasteFiles } from '../audit/index.ts';
import { findDistroPackages } from '../distro/index.ts';
import { indexImage, type LayerEntry, type LayerIndex, stackLayers } from '../filetree/index.ts';
import { buildImage } from '../image/index.ts';
import { textWidth } from '../report/index.ts';
import {
  advanceFilter,
  type BrowseEffect,
  type BrowseState,
  type BrowseSubject,
  browseModel,
  decodeKeys,
  render,
  startBrowsing,
  update,
} from './index.ts';

const size = { columns: 120, rows: 26 };

/** An image with every change, both kinds of waste, links, and names that would harm a terminal. */
async function sampleSubject(): Promise<BrowseSubject> {
  const image = await buildImage({
    name: 'sample:1',
    layers: [
      [
        { path: 'etc/', type: 'directory' },
        { path: 'etc/motd', content: 'hello\n', mtimeSeconds: 1 },
        { path: 'etc/passwd', content: 'root:x:0:0\n', mode: 0o600, uid: 1000, gid: 100 },
        { path: 'tmp/', type: 'directory', mode: 0o1777 },
        { path: 'tmp/build.log', content: 'x'.repeat(40_000) },
        { path: 'usr/bin/python3.11', content: '\x7fELF\0\0', mode: 0o4755 },
        { path: 'usr/bin/python3', type: 'symlink', linkPath: 'python3.11' },
        { path: 'usr/bin/python', type: 'hardlink', linkPath: 'usr/bin/python3.11' },
      ],
      [
        { path: 'etc/motd', content: 'hello again\n', mtimeSeconds: 2 },
        { path: 'tmp/.wh.build.log', content: '' },
        { path: 'root/.cache/pip/http/a', content: 'y'.repeat(90_000) },
        { path: 'app/', type: 'directory' },
        { path: 'app/main.py', content: 'import os\n\n\tprint("ok")\n' },
        { path: 'app/evil\u001b[2J.txt', content: 'x' },
        { path: 'app/データ.txt', content: 'wide\n' },
      ],
    ],
    config: {
      history: [
        { createdBy: 'ADD rootfs.tar / # buildkit', isEmptyLayer: false },
        { createdBy: 'RUN /bin/sh -c pip install x && rm /tmp/build.log # buildkit', isEmptyLayer: false },
      ],
    },
  });
  const { root } = await indexImage(image);
  const request = { image, root, inventory: findDistroPackages(root), distributions: [] };
  const packages = [
    {
      kind: 'dpkg' as const,
      name: 'python3.11',
      version: '3.11.2-6',
      files: ['usr/bin/python3.11', 'usr/bin/python3', 'usr/bin/python'],
      sizeBytes: 6,
    },
    { kind: 'distribution' as const, name: 'app', version: '1.0', files: ['app/main.py'], sizeBytes: 24 },
  ];
  return { audit: auditImage(request), root, packages, waste: wasteFiles(request) };
}

const subject = await sampleSubject();
const model = browseModel(subject);
const start = startBrowsing(model, size);

interface Played {
  readonly state: BrowseState;
  readonly effects: readonly BrowseEffect[];
}

/** Types as a terminal would send it. */
function play(input: string, from: BrowseState = start): Played {
  const effects: BrowseEffect[] = [];
  let state = from;
  for (const key of decodeKeys(Buffer.from(input), true).keys) {
    const step = update(state, { kind: 'key', key });
    state = step.state;
    if (step.effect !== undefined) effects.push(step.effect);
    while (state.filter?.isRunning === true) state = advanceFilter(state);
  }
  return { state, effects };
}

/** The screen without escape codes; the cursor's line begins with `»`. */
function screen(state: BrowseState, hasColour = false): string {
  const lines = render(state, { hasColour }).map((line) =>
    line
      .replaceAll('\x1b[7m', '»')
      .replace(/\x1b\[[0-9;]*m/g, '')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function selected(state: BrowseState): string {
  return /»(.*)/.exec(screen(state))?.[1] ?? '';
}

const openAll = '\t\0';

test.each([
  ['start', ''],
  ['all-open', openAll],
  ['aggregated', `\x01${openAll}`],
  ['first-layer', `k${openAll}`],
  ['only-changes-by-size', `${openAll}\x15s`],
  ['filter-text', '/python'],
  ['filter-expression', '/(motd|log)$\r'],
  ['packages', '2 j'],
  ['findings', '3 j'],
  ['help', '?'],
])('screen %s', async (name, input) => {
  await expect(screen(play(input).state)).toMatchFileSnapshot(`expected/${name}.txt`);
});

test('only an image without a dead byte has an efficiency of 100%', () => {
  const audit = { ...subject.audit, efficiency: 0.99997 };
  const barely = startBrowsing(browseModel({ ...subject, audit }), size);
  expect(screen(barely)).toContain('efficiency 99.9%');
});

test('a class has as many files as its findings: a layer’s empty ones alone are none', async () => {
  const image = await buildImage({
    layers: [
      [{ path: 'var/log/btmp', content: '' }],
      [
        { path: 'var/log/a.log', content: 'x' },
        { path: 'var/log/b.log', content: '' },
      ],
    ],
  });
  const { root } = await indexImage(image);
  const request = { image, root, inventory: findDistroPackages(root), distributions: [] };
  const audit = auditImage(request);
  const groups = browseModel({ audit, root, packages: [], waste: wasteFiles(request) }).groups.findings;
  expect(audit.findings.map(({ kind, pathCount }) => [kind, pathCount])).toEqual([['log-or-dump', 2]]);
  expect(groups.map(({ members }) => members.length)).toEqual([2]);
});

test('classes stand in the order of the table, and count every file, also where their findings only sample the paths', () => {
  const facts = { paths: ['app/main.py'], remedy: '', risk: 'safe', severity: 'warning' } as const;
  const findings = [
    { ...facts, kind: 'git-directory', waste: 'avoidable', sizeBytes: 50, pathCount: 3 },
    {
      ...facts,
      kind: 'package-manager-cache',
      manager: 'pip',
      waste: 'avoidable',
      sizeBytes: 40,
      pathCount: 2,
    },
    {
      ...facts,
      kind: 'package-manager-cache',
      manager: 'apt',
      waste: 'avoidable',
      sizeBytes: 30,
      pathCount: 1,
    },
    { ...facts, kind: 'bytecode', severity: 'info', sizeBytes: 900, pathCount: 8603 },
  ] as const;
  const audit = { ...subject.audit, findings };
  const list = play('3', startBrowsing(browseModel({ ...subject, audit, waste: [] }), size)).state;
  const rows = screen(list)
    .split('\n')
    .flatMap((line) => /[▸»] +\d+ B.*/.exec(line)?.[0].replace(/^[▸» ]+/, '') ?? []);
  expect(rows).toEqual([
    '70 B  ◇ Package manager cache  warning  3',
    '50 B  ◇ Version control history  warning  3',
    '900 B  Every module compiled  info  8,603',
  ]);
  expect(screen(play('jj', list).state)).toContain('900 B in 8,603 files');
});

test('a further name of content shows its size among the files of a package, as in the tree', () => {
  expect(screen(play('2j ').state)).toContain('      =6 B  /usr/bin/python\n');
});

test('findings say that the worst come first, until they are sorted by name', () => {
  expect(screen(play('3').state)).toContain('[3 Findings] worst first');
  expect(screen(play('3s').state)).toContain('[3 Findings] by name');
});

test('colours show changes and waste', async () => {
  const lines = render(play(`${openAll}`).state, { hasColour: true });
  await expect(`${lines.join('\n').replaceAll('\x1b', '␛')}\n`).toMatchFileSnapshot('expected/colours.txt');
});

test('a small terminal is told so, and shows the pane in use', async () => {
  const small = update(play(openAll).state, { kind: 'resized', size: { columns: 44, rows: 9 } }).state;
  await expect(`${screen(small)}---\n${screen(play('\t', small).state)}`).toMatchFileSnapshot(
    'expected/small.txt',
  );
});

test('every line fills the screen exactly, whatever its size and page', () => {
  const states = ['', openAll, '/a', '2 ', '3 ', '?', '\tx'].map((input) => play(input).state);
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 4, max: 60 }), (columns, rows) => {
      for (const state of states) {
        const resized = update(state, { kind: 'resized', size: { columns, rows } }).state;
        const lines = render(resized, { hasColour: true });
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(textWidth(line.replace(/\x1b\[[0-9;]*m/g, ''))).toBe(columns);
      }
    }),
    { numRuns: 60 },
  );
});

test('nothing in a name reaches the terminal as a command', () => {
  const shown = render(play(openAll).state, { hasColour: false }).join('');
  expect(shown.replace(/\x1b\[(?:7|27|4|24)m/g, '')).not.toContain('\x1b');
  expect(shown).toContain('evil\\x1b[2J.txt');
});

describe('moving and folding', () => {
  test.each([
    ['space opens a directory, right goes into it', '\t \x1b[C', '├─ evil'],
    ['left closes it from inside in two steps', '\t \x1b[C\x1b[D\x1b[D', '├─ ▸ app'],
    ['the end is the last row, the start the first', `${openAll}Gg`, '├─ ▾ app'],
    ['enter follows a link to its target', '\t/python3$\r\r', 'python3.11'],
    ['a package’s file is found in the tree', '2j j1', 'python3.11'],
    ['a dead file is found in the layer that stores it', '3/build.log\rj1', 'build.log'],
    ['a link’s target ends the filter that hides it', '\t/python3$\r\rk', 'python3'],
    ['escape ends the filter and keeps the file', '/motd\r\x1b', 'motd'],
    ['a cursor on a row that a toggle hides goes to one that is shown', `${openAll}\x01`, '├─ ▾ etc'],
  ])('%s', (_reason, input, expected) => {
    expect(selected(play(input).state)).toContain(expected);
  });

  test('a file that the last layer deleted is removed in it, and there in the one before', () => {
    expect(screen(play('/build.log').state)).toMatch(/- -rw-r--r-- .*build\.log {2}✗ dead: deleted/);
    expect(screen(play('k/build.log').state)).toMatch(/\+ -rw-r--r-- .*build\.log/);
  });
});

describe('files', () => {
  test('content with several names counts once, for the one that is there', async () => {
    const image = await buildImage({
      layers: [
        [
          { path: 'a/file', content: 'x'.repeat(700) },
          { path: 'b/link', type: 'hardlink', linkPath: 'a/file' },
          { path: 'c/other', type: 'hardlink', linkPath: 'b/link' },
        ],
        [{ path: 'a/.wh.file' }],
        [{ path: 'a/new', type: 'hardlink', linkPath: 'c/other' }],
      ],
    });
    const { root } = await indexImage(image);
    const request = { image, root, inventory: findDistroPackages(root), distributions: [] };
    const linked = browseModel({ audit: auditImage(request), root, packages: [], waste: [] });
    const rowsAt = (layer: number): string[] => {
      const first = startBrowsing(linked, size);
      const keys = `${'k'.repeat(2 - layer)}${openAll}`;
      return screen(play(keys, first).state)
        .split('\n')
        .flatMap(
          (line) =>
            /(=?[\d.]+ k?B) +[├└│ ─▾▸]*([abc]\b.*|file.*|link.*|other.*|new.*)/
              .exec(line)
              ?.slice(1, 3)
              .join(' ') ?? [],
        );
    };
    expect(rowsAt(0)).toEqual([
      ...['700 B a', '700 B file', '0 B b', '=700 B link = a/file', '0 B c', '=700 B other = a/file'],
    ]);
    expect(rowsAt(1).slice(2)).toEqual([...['700 B b', '700 B link', '0 B c', '=700 B other = b/link']]);
    expect(rowsAt(2)).toEqual([
      ...['700 B a', '700 B new', '0 B b', '=700 B link = a/new', '0 B c', '=700 B other = a/new'],
    ]);
    expect(linked.viewOf(2, false).totalBytes[0]).toBe(root.visibleBytes);
  });

  test('a hard link is read where its content is', () => {
    const { effects } = play('\t/bin/python$\r\r');
    expect(effects).toEqual([{ kind: 'read', file: { path: 'usr/bin/python3.11', layer: 0, position: 5 } }]);
  });

  test('a text is shown with its tabs, and can be left', async () => {
    const { state, effects } = play('\t/main.py\r\r');
    const [effect] = effects;
    if (effect?.kind !== 'read') throw new Error('nothing is read');
    const content = Buffer.from('import os\n\n\tprint("ok")\n');
    const read = update(state, {
      kind: 'read',
      file: effect.file,
      start: content,
      sizeBytes: content.length,
    });
    await expect(screen(read.state)).toMatchFileSnapshot('expected/text-file.txt');
    expect(selected(play('q', read.state).state)).toContain('main.py');
  });

  describe('search in a text', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `line ${i}${i % 20 === 7 ? '\tError: [x]' : ''}`);
    lines[58] = `${'-'.repeat(300)}far`;
    const shown = (): BrowseState => {
      const { state, effects } = play('\t/main.py\r\r');
      const [effect] = effects;
      if (effect?.kind !== 'read') throw new Error('nothing is read');
      const content = Buffer.from(lines.join('\n'));
      return update(state, { kind: 'read', file: effect.file, start: content, sizeBytes: content.length })
        .state;
    };
    const marked = (state: BrowseState): (string | undefined)[] =>
      render(state, { hasColour: false }).flatMap((line) =>
        [...line.matchAll(/\x1b\[7m(.*?)\x1b\[27m/g)].map((match) => match[1]),
      );

    test('screen', async () => {
      await expect(screen(play('/error\rn', shown()).state)).toMatchFileSnapshot('expected/text-search.txt');
    });

    test.each([
      ['goes to the first match from the top on', '/error\r', 7],
      ['and on', '/error\rn', 27],
      ['not behind the last page', '/error\rnn', 37],
      ['stays where there is no further one', '/error\rnnnn', 37],
      ['and back', '/error\rnnN', 27],
      ['goes on from where the reader went', '/error\rGn', 37],
      ['and back from there', '/error\rnnggN', 0],
      ['an empty text is the last one again', '/error\rn/\rn', 37],
      ['capitals count where there are some', '/ERROR\r', 0],
      ['an expression', '/^line 2\\d\\b\r', 20],
      ['no expression', '/[x\r', 7],
      ['given up', '/error\u001b', 0],
    ])('%s', (_reason, input, top) => {
      const { page } = play(input, shown()).state;
      expect(page).toMatchObject({ kind: 'file', top });
    });

    test('every match on the screen is marked, one far to the right is brought into sight', () => {
      expect(marked(play('/line [0-2]\\b\r', shown()).state)).toEqual(['line 0', 'line 1', 'line 2']);
      expect(marked(play('/far\r', shown()).state)).toEqual(['far']);
      expect(marked(play('/x*\r', shown()).state)).toEqual(['x']);
    });

    test.each([
      ['what is nowhere', '/nothing\r', 'Not in what is shown of the file: nothing'],
      ['what is only above', 'G/line 3$\r', 'N finds it above'],
      ['the end', '/far\rn', 'No further match below: far'],
      ['n before any search', 'n', '/ does'],
      ['what is being typed', '/err', '/err'],
    ])('%s is told', (_reason, input, expected) => {
      expect(screen(play(input, shown()).state)).toContain(expected);
    });
  });

  test.each([
    ['a NUL makes it binary', Buffer.from('a\0b'), 3, 'binary'],
    ['bytes that are not UTF-8 as well', Buffer.from([0x61, 0xff, 0x62]), 3, 'binary'],
    ['a character that the limit cuts does not', Buffer.from('aé').subarray(0, 2), 9, 'the beginning only'],
    ['an empty file is a text', Buffer.alloc(0), 0, 'lines 0–0 of 0'],
  ])('%s', (_reason, content, sizeBytes, expected) => {
    const { state, effects } = play('\t/main.py\r\r');
    const [effect] = effects;
    if (effect?.kind !== 'read') throw new Error('nothing is read');
    const read = update(state, { kind: 'read', file: effect.file, start: content, sizeBytes });
    expect(screen(read.state)).toContain(expected);
  });

  test('what is read for a page that was left is not shown, and reading stops', () => {
    const { state, effects } = play('\t/main.py\r\r\x1b');
    expect(effects.map(({ kind }) => kind)).toEqual(['read', 'stop-reading']);
    const [effect] = effects;
    if (effect?.kind !== 'read') throw new Error('nothing is read');
    const late = update(state, { kind: 'read', file: effect.file, start: Buffer.from('late'), sizeBytes: 4 });
    expect(screen(late.state)).not.toContain('late');
  });

  test('extracting asks for a name, which can be edited', () => {
    const { effects } = play('\t/main.py\rx\x17copy\x1b[D\x1b[D\x7fo\r');
    expect(effects).toEqual([
      { kind: 'extract', file: { path: 'app/main.py', layer: 1, position: 4 }, name: 'copy' },
    ]);
  });

  test.each([
    ['a directory is no file', '\tx', 'Only a file'],
    ['a symlink is none either', '\t/python3$\rx', 'Only a file'],
  ])('%s', (_reason, input, expected) => {
    expect(screen(play(input).state)).toContain(expected);
  });
});

test.each([
  ['plain text, whatever the capitals', '/MAIN', 0],
  ['plain text in small letters finds capitals', '/main', 1],
  ['over the borders of directories', '/usr/bin/py', 3],
  ['from the root', '//etc/mo', 1],
  ['an expression on whole paths', '/^/usr.*\\d$', 2],
  ['escape gives it up', '/evil\u001b', 0],
  ['signs of an expression that does not compile', '/[2J', 1],
])('filter: %s', (_reason, input, count) => {
  expect(play(input).state.filter?.result?.matchCount ?? 0).toBe(count);
});

test.each([
  ['a text of the name, whatever the capitals', '2/HON3.11\r', 'text HON3.11: 1', 'python3.11'],
  ['an expression on the name', '2/^app$\r', 'expression ^app$: 1', 'app  1.0'],
  ['an expression on name and version', '2/^python.*3\\.11\r', ': 1', 'python3.11'],
  ['packages of the files that match', '2/main\\.py$\r', ': 1', 'app  1.0'],
  ['findings by their title', '3/^secret|overwritten\r', ': 1', 'Overwritten'],
])('filter of groups: %s', (_reason, input, note, expected) => {
  const shown = screen(play(`\t${input}`).state);
  expect(shown).toContain(note);
  expect(shown).toContain(expected);
  expect(shown).not.toMatch(/No (packages|findings) match/);
});

describe('keys', () => {
  test.each([
    ['letters and UTF-8', 'aä😀', ['a', 'ä', '😀']],
    ['control keys', '\x01\0\x1f\r\t\x7f', ['ctrl-a', 'ctrl-space', 'ctrl-/', 'enter', 'tab', 'backspace']],
    ['arrows in both modes', '\x1b[A\x1bOB', ['up', 'down']],
    ['pages and ends', '\x1b[5~\x1b[6~\x1b[H\x1b[4~', ['pageup', 'pagedown', 'home', 'end']],
    ['with modifiers', '\x1b[1;5C\x1b[Z', ['ctrl-right', 'shift-tab']],
    [
      'ctrl-m where it is told from enter',
      '\x1b[109;5u\x1b[27;5;109~\x1b[13u',
      ['ctrl-m', 'ctrl-m', 'enter'],
    ],
    ['a lone escape', '\x1b', ['escape']],
    ['escape twice', '\x1b\x1b', ['escape', 'escape']],
    ['a paste is text, not keys', '\x1b[200~q\r\nx\x1b[201~', ['paste']],
    ['sequences that mean nothing here', '\x1b[?1;2c\x1b[Iq', ['q']],
  ])('%s', (_reason, input, names) => {
    expect(decodeKeys(Buffer.from(input), true).keys.map(({ name }) => name)).toEqual(names);
  });

  test('where the input is cut makes no difference', () => {
    const input = Buffer.from('aä😀\x1b[A\x1bOB\x1b[5~\x1b[200~päste\x1b[201~\x1b[109;5uq');
    const whole = decodeKeys(input, true).keys;
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: input.length - 1 })), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), input.length];
        let rest: Buffer = Buffer.alloc(0);
        const keys = places.slice(1).flatMap((end, i) => {
          const decoded = decodeKeys(Buffer.concat([rest, input.subarray(places[i], end)]));
          rest = decoded.rest;
          return decoded.keys;
        });
        expect(keys).toEqual(whole);
        expect(rest).toHaveLength(0);
      }),
    );
  });
});

test('every layer shows what stacking the layers up to it gives', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'));
  const entry = fc.record({
    path,
    type: fc.constantFrom<LayerEntry['type']>('file', 'directory', 'symlink', 'whiteout', 'opaque-whiteout'),
    sizeBytes: fc.integer({ min: 0, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(entry, { maxLength: 8 }), { minLength: 1, maxLength: 5 }), (specs) => {
      const layers = specs.map(layerOf);
      const seen = browseModel({ ...subject, root: stackLayers(layers), packages: [], waste: [] });
      for (const layer of layers.keys()) {
        expect(pathsAt(seen, layer)).toEqual(
          [...stackLayers(layers.slice(0, layer + 1)).entries()]
            .map((one) => `${one.entry.path} ${one.entry.type} ${one.entry.sizeBytes}`)
            .sort(),
        );
      }
    }),
    { numRuns: 300 },
  );
});

function layerOf(
  spec: readonly Pick<LayerEntry, 'path' | 'type' | 'sizeBytes'>[],
  position: number,
): LayerIndex {
  const entries = spec.map((one): LayerEntry => {
    const sizeBytes = one.type === 'file' ? one.sizeBytes : 0;
    return { ...one, sizeBytes, mode: 0o644, uid: 0, gid: 0, mtimeSeconds: position };
  });
  return {
    diffId: `sha256:${position}`,
    tarBytes: 0,
    contentBytes: 0,
    entryCount: entries.length,
    entry(at) {
      const one = entries[at];
      if (one === undefined) throw new RangeError(`${at}`);
      return one;
    },
    entries: () => entries.values(),
    content: () => undefined,
    contentAt: () => undefined,
  };
}

/** Everything that is there after a layer, directories without an entry included: `path type size`. */
function pathsAt({ history, viewOf }: ReturnType<typeof browseModel>, layer: number): string[] {
  const view = viewOf(layer, false);
  const paths = history.names.map((name, node) => {
    let path = name;
    for (let at = history.parents[node] ?? 0; at > 0; at = history.parents[at] ?? 0) {
      path = `${history.names[at]}/${path}`;
    }
    return path;
  });
  return paths
    .flatMap((path, node) => {
      const event = view.events[node] ?? -1;
      // 4 stands for what was removed.
      if (node === 0 || event < 0 || view.states[node] === 4) return [];
      const position = history.eventPositions[event] ?? -1;
      const entry = history.layers[history.eventLayers[event] ?? 0];
      const type = position < 0 ? 'directory' : entry?.entry(position).type;
      return [`${path} ${type} ${history.eventSizes[event]}`];
    })
    .sort();
}
