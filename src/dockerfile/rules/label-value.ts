import { expandWord } from '../syntax/expand.ts';
import type { LabelType, LintRule } from './rule.ts';
import { labelsOf } from './visit.ts';

interface Format {
  readonly hadolint: string;
  /** What a value of it is. */
  readonly name: string;
  isValid(value: string): boolean;
}

const matches =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);

// https://semver.org, https://www.rfc-editor.org/rfc/rfc3339, https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/
const formats: Readonly<Record<Exclude<LabelType, 'text'>, Format>> = {
  url: { hadolint: 'DL3052', name: 'a URL', isValid: (value) => value.includes(':') && URL.canParse(value) },
  rfc3339: {
    hadolint: 'DL3053',
    name: 'a time as RFC 3339 writes it',
    isValid: (value) =>
      /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(value) &&
      !Number.isNaN(Date.parse(value)),
  },
  spdx: {
    hadolint: 'DL3054',
    name: 'an SPDX licence expression',
    isValid: matches(/^\(*[A-Za-z\d.-]+\+?\)*(?: (?:AND|OR|WITH) \(*[A-Za-z\d.:-]+\+?\)*)*$/),
  },
  hash: {
    hadolint: 'DL3055',
    name: 'a Git hash',
    isValid: matches(/^(?:[\da-f]{7}|[\da-f]{40}|[\da-f]{64})$/i),
  },
  semver: {
    hadolint: 'DL3056',
    name: 'a semantic version',
    isValid: matches(
      /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/,
    ),
  },
  email: {
    hadolint: 'DL3058',
    name: 'an e-mail address',
    isValid: matches(/^[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+$/),
  },
};

/** The value of a label is not what `label-schema` says. */
export const labelValue: LintRule = {
  id: 'label-value',
  hadolint: ['DL3051', 'DL3052', 'DL3053', 'DL3054', 'DL3055', 'DL3056', 'DL3058'],
  severity: 'warning',
  title: 'a label with a wrong value',
  check: ({ model, syntax, labels }) =>
    model.stages.flatMap((stage) =>
      labelsOf(stage, syntax).flatMap(({ name, value, range, variables }) => {
        const type = labels.required.get(name);
        if (type === undefined) return [];
        const { text } = expandWord(value, variables, { escape: syntax.escape, unset: 'keep' });
        if (text === '') return [{ range, message: `the label ${name} is empty`, hadolint: 'DL3051' }];
        if (type === 'text' || formats[type].isValid(text)) return [];
        const { hadolint, name: expected } = formats[type];
        return [{ range, message: `the label ${name} should be ${expected}, not ${text}`, hadolint }];
      }),
    ),
};
