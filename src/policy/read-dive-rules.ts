import { isMap, isScalar, type Scalar } from 'yaml';
import { nearestName, UserError } from '../base/index.ts';
import { parseBytes, parseDecimal } from './amount.ts';
import type { DiveRuleName, DiveRules, GateText, Limit } from './gates.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

// rules:
//   lowestEfficiency: 0.95
//   highestWastedBytes: 20MB
//   highestUserWastedPercent: disabled

/** What dive lets set its rules. */
export interface DiveTexts {
  /** The `.dive-ci`, where there is one. */
  readonly file?: GateText | undefined;
  /** `--lowestEfficiency` and its like, as given. */
  readonly flags?: Readonly<Partial<Record<DiveRuleName, string | undefined>>> | undefined;
  /** The process's environment; `DIVE_RULES_LOWEST_EFFICIENCY_THRESHOLD` and its like are read. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

interface RuleFacts {
  /** In the environment and, with dashes, in the `rules` of dive 0.13's own configuration. */
  readonly variable: string;
  readonly unit: 'bytes' | 'share';
  /** What dive judges by where nobody says anything. */
  readonly byDefault: string;
}

const rules: Readonly<Record<DiveRuleName, RuleFacts>> = {
  lowestEfficiency: {
    variable: 'DIVE_RULES_LOWEST_EFFICIENCY_THRESHOLD',
    unit: 'share',
    byDefault: '0.9',
  },
  highestWastedBytes: {
    variable: 'DIVE_RULES_HIGHEST_WASTED_BYTES',
    unit: 'bytes',
    byDefault: 'disabled',
  },
  highestUserWastedPercent: {
    variable: 'DIVE_RULES_HIGHEST_USER_WASTED_PERCENT',
    unit: 'share',
    byDefault: '0.1',
  },
};

// The record has exactly these keys.
const ruleNames = Object.keys(rules) as readonly DiveRuleName[];

/** The rules, and what the file says that dive does not read. */
export interface ReadDiveRules {
  readonly rules: DiveRules;
  readonly notes: readonly string[];
}

/**
 * dive's rules (`cmd/dive/cli/internal/command/ci/rules.go` of 0.13): options before the environment before the file, and dive's defaults
 * (0.9, disabled, 0.1) for what none of them says. Undefined where nothing asks for dive's rules. Throws a `UserError` that names
 * the place of a value that dive refuses, too.
 */
export function readDiveRules(texts: DiveTexts): ReadDiveRules | undefined {
  const inFile = texts.file === undefined ? undefined : rulesInFile(readYaml(texts.file));
  const limits: Partial<Record<DiveRuleName, Limit | undefined>> = {};
  let isAsked = inFile !== undefined;
  for (const name of ruleNames) {
    const { variable, byDefault } = rules[name];
    const given = [
      { text: texts.flags?.[name], source: `--${name}` },
      { text: texts.environment?.[variable], source: variable },
    ].find(({ text }) => text !== undefined);
    if (given !== undefined) isAsked = true;
    const fallback = { text: byDefault, source: 'dive’s default' };
    const { text = byDefault, source } = given ?? inFile?.values.get(name) ?? fallback;
    limits[name] = limitOf(name, text, source);
  }
  if (!isAsked) return undefined;
  const { lowestEfficiency, highestWastedBytes, highestUserWastedPercent } = limits;
  return {
    rules: { lowestEfficiency, highestWastedBytes, highestUserWastedPercent },
    notes: inFile?.notes ?? [],
  };
}

/** Where dive looks for its file: `DIVE_CI_CONFIG`, or `.dive-ci` in the working directory. */
export function diveCiPath(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['DIVE_CI_CONFIG'] || '.dive-ci';
}

interface RulesInFile {
  readonly values: ReadonlyMap<DiveRuleName, { readonly text: string; readonly source: string }>;
  readonly notes: readonly string[];
}

function rulesInFile(yaml: YamlFile): RulesInFile {
  const values = new Map<DiveRuleName, { readonly text: string; readonly source: string }>();
  const notes: string[] = [];
  const section = yaml.document.get('rules', true);
  if (!isMap(section)) {
    const what = isMap(yaml.document.contents) && yaml.document.has('rules') ? 'are no map' : 'are not there';
    return { values, notes: [`${yaml.file}: \`rules\` ${what}; dive’s defaults hold.`] };
  }
  for (const { key, value } of section.items) {
    if (!isScalar(key)) continue;
    const given = String(key.value);
    // viper, which older versions of dive read the file with, does not care about case.
    const name = ruleNames.find((one) => one.toLowerCase() === given.toLowerCase());
    const source = yaml.placeOf(['rules', given]);
    if (name === undefined) {
      const meant = nearestName(given, ruleNames);
      const advice = meant === undefined ? '' : ` (did you mean ${meant}?)`;
      notes.push(`${source}: dive has no rule ${given}${advice}; it is not judged.`);
      continue;
    }
    if (!isScalar(value)) throw badValue(source, `${name} is no single value`);
    if (value.value !== null) values.set(name, { text: writtenText(value), source });
  }
  return { values, notes };
}

/** `0.950` stays as written, where its number would be 0.95. */
function writtenText(value: Scalar): string {
  return value.source ?? String(value.value);
}

const offWords: ReadonlySet<string> = new Set(['', 'disabled', 'off', 'false']);

function limitOf(name: DiveRuleName, text: string, source: string): Limit | undefined {
  if (offWords.has(text.trim().toLowerCase())) return undefined;
  const { unit } = rules[name];
  if (unit === 'bytes') {
    const bytes = parseBytes(text.replaceAll(',', ''));
    if (bytes === undefined) throw badValue(source, `${name} is ${JSON.stringify(text)}, which is no size`);
    // dive cuts a fraction of a byte off.
    return { unit, value: Math.trunc(bytes), source };
  }
  const value = parseDecimal(text);
  if (value === undefined || value > 1) {
    throw badValue(source, `${name} is ${JSON.stringify(text)}, which is no number from 0 to 1`);
  }
  return { unit, value, source };
}

function badValue(source: string, problem: string): UserError {
  return new UserError(`${source}: ${problem}`, {
    hint: 'dive takes 0 to 1 for lowestEfficiency and highestUserWastedPercent, a size such as 20MB for highestWastedBytes, or `disabled`.',
  });
}
