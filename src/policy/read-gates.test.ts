import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import {
  diveCiPath,
  figureGates,
  type GateTexts,
  hasNoGates,
  readBaseline,
  readDiveRules,
  readGates,
} from './index.ts';

function plimsoll(...lines: readonly string[]): GateTexts {
  return { plimsollYaml: { file: '.plimsoll.yaml', text: `${lines.join('\n')}\n` } };
}

function diveCi(...lines: readonly string[]): GateTexts {
  return { diveCi: { file: '.dive-ci', text: `${lines.join('\n')}\n` } };
}

const sizes: readonly [written: string, bytes: number | undefined, reason: string][] = [
  ['1.2GB', 1_200_000_000, 'decimal units'],
  ['1.2GiB', 1_288_490_189, 'binary units, rounded to a byte'],
  ['500 MB', 500_000_000, 'a space before the unit'],
  ['20mb', 20_000_000, 'any case'],
  ['4k', 4000, 'a unit of one letter is decimal'],
  ['4Ki', 4096, 'as Kubernetes writes it'],
  ['1048576', 1_048_576, 'bytes'],
  ['1.07GB', 1_070_000_000, 'no byte more by binary fractions'],
  ['-5MB', undefined, 'a size is not negative'],
  ['12', 12, 'bytes again'],
  ['1.5', undefined, 'bytes come whole'],
  ['5%', undefined, 'a size is no percentage'],
  ['1,2GB', undefined, 'a comma could mean two things'],
  ['1.2.3GB', undefined, 'no number'],
  ['12 parsecs', undefined, 'no unit'],
  ['[1]', undefined, 'a list'],
];
test.each(sizes)('maxSize: %s is %s bytes (%s)', (written, bytes) => {
  const read = (): number | undefined =>
    readGates(plimsoll('gates:', `  maxSize: ${written}`)).figures.maxSize?.value;
  if (bytes === undefined) expect(read).toThrow('.plimsoll.yaml:2: gates.maxSize ');
  else expect(read()).toBe(bytes);
});

const amounts: readonly [gate: string, written: string, limit: object | undefined, reason: string][] = [
  ['maxGrowth', '5%', { unit: 'share', value: 0.05 }, 'percent'],
  ['maxGrowth', '0.05', { unit: 'share', value: 0.05 }, 'a fraction'],
  ['maxGrowth', '1.0', { unit: 'bytes', value: 1 }, 'YAML’s 1.0 is 1'],
  ['maxGrowth', '150%', { unit: 'share', value: 1.5 }, 'an image may grow by more than itself'],
  ['maxGrowth', '50MB', { unit: 'bytes', value: 50_000_000 }, 'bytes'],
  ['maxGrowth', '0', { unit: 'bytes', value: 0 }, 'not a byte'],
  ['maxDead', '12.3%', { unit: 'share', value: 0.123 }, 'exactly the number 0.123'],
  ['minEfficiency', '0.95', { unit: 'share', value: 0.95 }, 'a fraction'],
  ['minEfficiency', '95%', { unit: 'share', value: 0.95 }, 'percent'],
  ['minEfficiency', '1', { unit: 'share', value: 1 }, 'no waste at all'],
  ['minEfficiency', '95', undefined, 'neither a fraction nor a percentage'],
  ['minEfficiency', '110%', undefined, 'nothing can be so efficient'],
  ['minEfficiency', '20MB', undefined, 'a size'],
];
test.each(amounts)('%s: %s (%#)', (gate, written, limit) => {
  const read = (): unknown => readGates(plimsoll('gates:', `  ${gate}: ${written}`)).figures;
  if (limit === undefined) expect(read).toThrow(`.plimsoll.yaml:2: gates.${gate} is `);
  else expect(read()).toEqual({ [gate]: { ...limit, source: '.plimsoll.yaml:2' } });
});

test('classes of findings count files or bytes', () => {
  const { findings } = readGates(
    plimsoll(
      'gates:',
      '  findings:',
      '    secret-file: 0',
      '    package-manager-cache: 10MB',
      '    notebook: 0B',
      '    bytecode: off',
    ),
  );
  expect([...findings]).toEqual([
    ['package-manager-cache', { unit: 'bytes', value: 10_000_000, source: '.plimsoll.yaml:4' }],
    ['notebook', { unit: 'bytes', value: 0, source: '.plimsoll.yaml:5' }],
    ['secret-file', { unit: 'count', value: 0, source: '.plimsoll.yaml:3' }],
  ]);
});

const mistakes: readonly [reason: string, lines: readonly string[], message: string][] = [
  [
    'a mistyped gate',
    ['gates:', '  # small', '  maxSise: 1GB'],
    '.plimsoll.yaml:3: gates.maxSise is no gate; did you mean maxSize?',
  ],
  ['another spelling', ['gates: { min-efficiency: 1 }'], 'did you mean minEfficiency?'],
  [
    'a mistyped section',
    ['gate:', '  maxSize: 1GB'],
    '.plimsoll.yaml:1: gate is no section of this file; did you mean gates?',
  ],
  [
    'a mistyped class',
    ['gates:', '  findings:', '    secrets-file: 0'],
    '.plimsoll.yaml:3: gates.findings.secrets-file is no class of findings; did you mean secret-file?',
  ],
  ['nothing near', ['gates:', '  colour: red'], '(known: maxSize, maxCompressed,'],
  ['gates that are a list', ['gates:', '  - maxSize: 1GB'], '.plimsoll.yaml:1: gates is not a map of gates'],
  ['a file that is a list', ['- maxSize'], '.plimsoll.yaml:1: the file is not a map'],
  ['half a file', ['gates:', '  findings:', '    secret-file: [0, 1'], '.plimsoll.yaml:4: '],
  ['two limits for one gate', ['gates:', '  maxSize: 1GB', '  maxSize: 2GB'], '.plimsoll.yaml:3: '],
  [
    'a fraction of a file',
    ['gates:', '  findings:', '    secret-file: 0.5'],
    'neither a whole number of files nor a size',
  ],
];
test.each(mistakes)('%s is an error that says where', (_, lines, message) => {
  const read = (): unknown => readGates(plimsoll(...lines));
  expect(read).toThrow(UserError);
  expect(read).toThrow(message);
});

test('all mistakes are told at once', () => {
  const read = (): unknown =>
    readGates(plimsoll('gates:', '  maxSise: 1GB', '  maxDead: lots', '  minEfficiency: 2'));
  for (const line of ['yaml:2: gates.maxSise', 'yaml:3: gates.maxDead', 'yaml:4: gates.minEfficiency']) {
    expect(read).toThrow(line);
  }
});

describe('precedence', () => {
  const file = plimsoll('gates:', '  maxSize: 1GB', '  maxDead: 20MB');

  test('an option goes before the file, gate by gate, and can take a gate away', () => {
    const { figures } = readGates({ ...file, flags: { maxSize: '2GB', maxDead: 'off', maxGrowth: '5%' } });
    expect(figures).toEqual({
      maxSize: { unit: 'bytes', value: 2e9, source: '--max-size' },
      maxGrowth: { unit: 'share', value: 0.05, source: '--max-growth' },
    });
  });

  test('a bad option is named', () => {
    expect(() => readGates({ flags: { maxSize: 'big' } })).toThrow(
      '--max-size is "big", which is not a size',
    );
  });

  test('.plimsoll.yaml with gates goes before .dive-ci, and says so', () => {
    const gates = readGates({ ...file, ...diveCi('rules:', '  lowestEfficiency: 0.5') });
    expect(gates.dive).toBeUndefined();
    expect(gates.notes).toEqual(['.dive-ci is not judged, since .plimsoll.yaml has gates.']);
    const without = readGates({
      ...plimsoll('# nothing yet'),
      ...diveCi('rules:', '  lowestEfficiency: 0.5'),
    });
    expect(without.dive?.lowestEfficiency?.value).toBe(0.5);
  });

  test('dive’s options go before its variables before its file', () => {
    const texts = {
      ...diveCi(
        'rules:',
        '  lowestEfficiency: 0.5',
        '  highestWastedBytes: 5MB',
        '  highestUserWastedPercent: 0.5',
      ),
      environment: { DIVE_RULES_LOWEST_EFFICIENCY_THRESHOLD: '0.6', DIVE_RULES_HIGHEST_WASTED_BYTES: '6MB' },
      flags: { lowestEfficiency: '0.7' },
    };
    expect(readGates(texts).dive).toEqual({
      lowestEfficiency: { unit: 'share', value: 0.7, source: '--lowestEfficiency' },
      highestWastedBytes: { unit: 'bytes', value: 6e6, source: 'DIVE_RULES_HIGHEST_WASTED_BYTES' },
      highestUserWastedPercent: { unit: 'share', value: 0.5, source: '.dive-ci:4' },
    });
  });

  test('nothing set is nothing to judge', () => {
    expect(hasNoGates(readGates({ environment: { CI: 'true' } }))).toBe(true);
    expect(
      hasNoGates(
        readGates(diveCi('rules:', '  lowestEfficiency: off', '  highestUserWastedPercent: "false"')),
      ),
    ).toBe(true);
    expect(hasNoGates(readGates(file))).toBe(false);
  });
});

describe('.dive-ci', () => {
  test('has dive’s defaults for what it does not say', () => {
    const read = readDiveRules({ file: { file: '.dive-ci', text: 'rules:\n  highestWastedBytes: 20MB\n' } });
    expect(read?.rules).toEqual({
      lowestEfficiency: { unit: 'share', value: 0.9, source: 'dive’s default' },
      highestWastedBytes: { unit: 'bytes', value: 20_000_000, source: '.dive-ci:2' },
      highestUserWastedPercent: { unit: 'share', value: 0.1, source: 'dive’s default' },
    });
  });

  const values: readonly [
    line: string,
    rule: 'lowestEfficiency' | 'highestWastedBytes',
    value: number | undefined,
    reason: string,
  ][] = [
    ['lowestEfficiency: "0.95"', 'lowestEfficiency', 0.95, 'quoted'],
    ['lowestefficiency: 0.95', 'lowestEfficiency', 0.95, 'another case, as older versions of dive take it'],
    ['lowestEfficiency:', 'lowestEfficiency', 0.9, 'no value: the default'],
    ['lowestEfficiency: disabled', 'lowestEfficiency', undefined, 'switched off'],
    ['lowestEfficiency: false', 'lowestEfficiency', undefined, 'switched off by a boolean'],
    ['highestWastedBytes: 2.01MB', 'highestWastedBytes', 2_009_999, 'dive cuts what binary fractions leave'],
    ['highestWastedBytes: 1,500', 'highestWastedBytes', 1500, 'commas group digits'],
  ];
  test.each(values)('%s', (line, rule, value) => {
    expect(readGates(diveCi('rules:', `  ${line}`)).dive?.[rule]?.value).toBe(value);
  });

  test.each([
    ['lowestEfficiency: 95%', '.dive-ci:2: lowestEfficiency is "95%", which is no number from 0 to 1'],
    ['highestUserWastedPercent: 10', 'highestUserWastedPercent is "10"'],
    ['highestWastedBytes: lots', 'highestWastedBytes is "lots", which is no size'],
    ['highestWastedBytes: [1]', 'highestWastedBytes is no single value'],
  ])('%s is refused, as dive refuses it', (line, message) => {
    expect(() => readGates(diveCi('rules:', `  ${line}`))).toThrow(message);
  });

  test('a rule that dive does not have is passed over aloud', () => {
    const { notes } = readGates(diveCi('rules:', '  lowestEffciency: 0.95'));
    expect(notes).toEqual([
      '.dive-ci:2: dive has no rule lowestEffciency (did you mean lowestEfficiency?); it is not judged.',
    ]);
  });

  test('is where DIVE_CI_CONFIG says', () => {
    expect([diveCiPath({}), diveCiPath({ DIVE_CI_CONFIG: 'ci/dive' })]).toEqual(['.dive-ci', 'ci/dive']);
  });
});

describe('a baseline', () => {
  const audit = {
    schema: 'plimsoll.audit/1',
    image: { name: 'app:1', contentBytes: 5, fileCount: 1 },
    layers: [],
  };

  test('is read out of an audit', () => {
    expect(readBaseline({ file: 'a.json', text: JSON.stringify(audit) })).toEqual({
      name: 'app:1',
      contentBytes: 5,
    });
  });

  test.each([['{'], ['[]'], [JSON.stringify({ ...audit, schema: 'plimsoll.slim/1' })]])(
    'is not read out of %s',
    (text) => {
      expect(() => readBaseline({ file: 'a.json', text })).toThrow('a.json is no audit to compare with');
    },
  );
});

describe('docs/gates.md', () => {
  const page = readFileSync(new URL('../../docs/gates.md', import.meta.url), 'utf8');

  test.each(Object.entries(figureGates))('tells of %s and its option', (gate, { flag }) => {
    expect(page).toMatch(new RegExp(`^\\| \`${gate}\` \\| \`${flag}\` \\|`, 'm'));
  });

  test('shows a file that is valid, with every gate', () => {
    const text = /```yaml\n# \.plimsoll\.yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const { figures, findings } = readGates({ plimsollYaml: { file: 'docs/gates.md', text } });
    expect(Object.keys(figures)).toEqual(Object.keys(figureGates));
    expect(findings.size).toBe(3);
  });
});

test.each(Object.entries(figureGates))('the example of %s is one', (gate, { example }) => {
  expect(readGates({ flags: { [gate]: example } }).figures).toHaveProperty([gate]);
});
