import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  editRequirements,
  encodeText,
  isAllowedVersion,
  normaliseName,
  parseNamedRequirement,
  parseRequirements,
  printRequirements,
  readRequirementsTree,
} from './index.ts';

const sample = [
  '# serving',
  '--extra-index-url https://host/simple --pre',
  '',
  'Torch[opt_einsum, Extra] >= 2.1 , < 3 ; platform_system == "Linux"  # the model',
  'pyyaml==6.0.2 \\',
  '    --hash=sha256:1b2c \\',
  '    --hash sha256:3d4e',
  '-r base.txt',
  '-cpins.txt # limits',
  '-e ./libs/features[gpu]',
  '-e git+https://host/x.git@v1#egg=Data_Kit&subdirectory=py',
  'fastapi @ https://host/fastapi-0.110-py3-none-any.whl ; python_version < "4"',
  './wheels/my_lib-1.0-py3-none-any.whl',
  'https://host/a/b-2.0.tar.gz',
  'pytest  #dev',
  '    # via -r dev.in',
  'no good!',
].join('\n');

describe('parseRequirements', () => {
  const file = parseRequirements('requirements.txt', sample);

  test('tells the kinds apart, with their lines', () => {
    expect(file.lines.map((line) => `${line.startLine}-${line.endLine} ${line.kind}`)).toEqual([
      '1-1 comment',
      '2-2 option',
      '3-3 blank',
      '4-4 requirement',
      '5-7 requirement',
      '8-8 include',
      '9-9 include',
      '10-10 reference',
      '11-11 reference',
      '12-12 requirement',
      '13-13 reference',
      '14-14 reference',
      '15-15 requirement',
      '16-16 comment',
      '17-17 invalid',
    ]);
    expect(file.problems).toEqual([
      { path: 'requirements.txt', line: 17, message: '"good!" after no is not a version specifier' },
    ]);
  });

  test('reads every part of a requirement', () => {
    expect(file.lines[3]).toMatchObject({
      name: 'torch',
      nameAsWritten: 'Torch',
      extras: ['opt-einsum', 'extra'],
      specifier: '>=2.1,<3',
      marker: 'platform_system == "Linux"',
      comment: '# the model',
    });
    expect(file.lines[4]).toMatchObject({
      name: 'pyyaml',
      hashes: ['sha256:1b2c', 'sha256:3d4e'],
      options: [],
    });
    expect(file.lines[6]).toMatchObject({ includes: 'constraints', target: 'pins.txt', comment: '# limits' });
    expect(file.lines[7]).toMatchObject({
      isEditable: true,
      referenceKind: 'path',
      target: './libs/features',
      extras: ['gpu'],
    });
    expect(file.lines[8]).toMatchObject({ referenceKind: 'vcs', name: 'data-kit' });
    expect(file.lines[9]).toMatchObject({
      name: 'fastapi',
      url: 'https://host/fastapi-0.110-py3-none-any.whl',
      marker: 'python_version < "4"',
    });
    expect(file.lines[10]).toMatchObject({ isEditable: false, name: 'my-lib' });
    expect(file.lines[1]).toMatchObject({
      options: [
        { name: '--extra-index-url', value: 'https://host/simple' },
        { name: '--pre', value: undefined },
      ],
    });
  });

  test.each([
    [
      'a marker that is none',
      'a ; python_version > 3',
      '"python_version > 3" behind a is no environment marker',
    ],
    ['a weak hash', 'a --hash=md5:0', '"md5:0" is no hash: --hash=sha256:…'],
    ['a wheel without a version', 'https://host/x.whl', 'x.whl is no name of a wheel'],
    ['an egg without a name', 'git+https://host/x#egg=-', '"-" behind #egg= is no name of a distribution'],
    ['a prefix behind >=', 'a>=1.*', '">=1.*" after a is not a version specifier'],
    ['a compatible release of one number', 'a~=1', '"~=1" after a is not a version specifier'],
    ['an option that pip does not know', '--user', 'pip knows no option --user here'],
    ['an option without its value', '--find-links', '--find-links needs a value'],
    ['extras that are none', 'a[b c]', 'extras of a are not names separated by commas'],
    [
      'a shell redirect is no version',
      'openvino>2022>',
      '">2022>" after openvino is not a version specifier',
    ],
  ])('%s is a problem', (_, line, message) => {
    expect(parseRequirements('r.txt', `ok\n${line}\n`).problems).toEqual([
      { path: 'r.txt', line: 2, message },
    ]);
  });

  test.each([
    ['UTF-8 with a mark', encodeText('é==1\r\n', { encoding: 'utf-8', hasByteOrderMark: true }), 'utf-8'],
    [
      'UTF-16, as PowerShell redirects write',
      encodeText('é==1\r\n', { encoding: 'utf-16le', hasByteOrderMark: true }),
      'utf-16le',
    ],
    [
      'UTF-16 big-endian',
      encodeText('é==1\r\n', { encoding: 'utf-16be', hasByteOrderMark: true }),
      'utf-16be',
    ],
    ['UTF-32', encodeText('é==1\r\n', { encoding: 'utf-32le', hasByteOrderMark: true }), 'utf-32le'],
    ['a coding comment', Buffer.from('# -*- coding: latin-1 -*-\né==1\n', 'latin1'), 'latin1'],
  ])('decodes and encodes %s', (_, bytes, encoding) => {
    const decoded = parseRequirements('r.txt', bytes);
    expect(decoded.encoding).toBe(encoding);
    expect(decoded.text).toContain('é==1');
    expect(Buffer.from(encodeText(decoded.text, decoded))).toEqual(Buffer.from(bytes));
  });

  test('bytes in no known encoding are reported, not dropped', () => {
    expect(parseRequirements('r.txt', Buffer.from([0x61, 0xff, 0x0a])).problems[0]).toMatchObject({
      line: 0,
    });
  });

  test('printing gives the text back, whatever it is', () => {
    const piece = fc.constantFrom(
      'torch',
      '==1',
      ' ',
      '\\',
      '\n',
      '\r\n',
      '\r',
      '#',
      '-r a',
      ';',
      '[',
      '"',
      '\uFEFF',
      '\t',
      '--hash=',
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (text) => {
          expect(printRequirements(parseRequirements('r', text))).toBe(text);
        },
      ),
    );
  });
});

describe('editRequirements', () => {
  test('takes requirements out with their continuation and annotation, and keeps all else', () => {
    const edited = editRequirements(parseRequirements('r', sample), {
      remove: (line) => line.name === 'pytest' || line.name === 'pyyaml',
      replace: (line) => (line.name === 'torch' ? 'torch==2.4.0+cpu' : undefined),
      replaceInclude: (target) => (target === 'base.txt' ? 'lean/base.txt' : undefined),
      prepend: ['--index-url https://cpu'],
    });
    const expected = sample
      .split('\n')
      .filter((line) => !/pyyaml|hash|pytest|via/.test(line))
      .map((line) => (line.startsWith('Torch') ? 'torch==2.4.0+cpu  # the model' : line))
      .map((line) => (line === '-r base.txt' ? '-r lean/base.txt' : line));
    expected.splice(1, 0, '--index-url https://cpu');
    expect(edited).toBe(expected.join('\n'));
  });

  test('keeps CRLF in what it adds', () => {
    expect(editRequirements(parseRequirements('r', '# a\r\nb\r\n'), { prepend: ['--pre'] })).toBe(
      '# a\r\n--pre\r\nb\r\n',
    );
  });
});

describe('readRequirementsTree', () => {
  const files: Record<string, string> = {
    'deps/prod.txt': '-r ../base.txt\nfastapi\n-c pins.txt\n-r gone.txt\n-r https://host/x.txt\n',
    'base.txt': 'numpy\n-r deps/prod.txt\n',
    'deps/pins.txt': 'numpy==2.0\n',
  };
  test('follows includes relative to their file and names what it cannot follow', async () => {
    const tree = await readRequirementsTree('deps/prod.txt', async (path) => files[path]);
    expect(tree.files.map((file) => file.path)).toEqual(['deps/prod.txt', 'base.txt', 'deps/pins.txt']);
    expect(tree.requested.map((one) => `${one.path} ${one.line.name} ${one.isConstraint}`)).toEqual([
      'base.txt numpy false',
      'deps/prod.txt fastapi false',
      'deps/pins.txt numpy true',
    ]);
    expect(tree.problems).toEqual([
      { path: 'base.txt', line: 2, message: 'includes itself: deps/prod.txt → base.txt → deps/prod.txt' },
      { path: 'deps/prod.txt', line: 4, message: 'deps/gone.txt is missing' },
      { path: 'deps/prod.txt', line: 5, message: 'https://host/x.txt is not local; not read' },
    ]);
  });
  test('a missing entry file is a problem of the whole file', async () => {
    const tree = await readRequirementsTree('r.txt', async () => undefined);
    expect(tree.problems).toEqual([{ path: 'r.txt', line: 0, message: 'r.txt is missing' }]);
  });
});

test('names and versions follow PEP 503 and PEP 440', () => {
  expect(normaliseName('Scikit_Learn.x--y')).toBe('scikit-learn-x-y');
  expect(parseNamedRequirement('a (>=1, <2)')).toMatchObject({ specifier: '>=1,<2' });
  expect(isAllowedVersion('2.13.0+cpu', '==2.13.0')).toBe(true);
  expect(isAllowedVersion('2.13.0', '>=2.14')).toBe(false);
  expect(isAllowedVersion('3.0rc1', '>=2')).toBe(true);
});
