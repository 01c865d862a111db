import { describe, expect, test } from 'vitest';
import { UserError } from '../../../base/index.ts';
import { rewrites } from '../../../dockerfile/index.ts';
import { editIds } from '../../../slim/index.ts';
import { chooseEdits, type EditChoice } from './choose-edits.ts';
import type { SlimSettings } from './slim-settings.ts';

const optIn: readonly string[] = rewrites.filter(({ risk }) => risk === 'opt-in').map(({ id }) => id);

type Settings = Partial<Pick<SlimSettings, 'only' | 'skip' | 'with'>>;

/** The edits that may be made, opt-in ones among them only when asked for. */
function made(given: EditChoice, settings: Settings = {}): readonly string[] {
  const { skipped, asked } = chooseEdits(given, { ...settings, options: {}, placeOf: () => '' });
  return editIds.filter((id) => !skipped.has(id) && (!optIn.includes(id) || asked.has(id)));
}

describe('the edits that are made', () => {
  test('are all but the opt-in ones', () => {
    expect(optIn).toContain('secret-mounts');
    expect(made({})).toEqual(editIds.filter((id) => !optIn.includes(id)));
  });

  test.each([
    [{ only: 'slim-base, compose' }, {}, ['slim-base', 'compose'], 'no others'],
    [{ only: 'secret-mounts' }, {}, ['secret-mounts'], 'an opt-in edit is asked for by its name'],
    [{ only: 'slim-base', with: 'model-volume' }, {}, ['slim-base', 'model-volume'], 'both add up'],
    [{}, { only: ['slim-base'] }, ['slim-base'], 'the file says it for every run'],
    [{}, { only: ['slim-base'], with: ['model-volume'] }, ['slim-base', 'model-volume'], 'also in the file'],
    [{ only: 'compose' }, { only: ['slim-base'] }, ['compose'], 'an option replaces the setting'],
    [{ only: 'compose' }, { skip: ['compose'] }, ['compose'], 'an option wins against the file'],
    [
      { with: 'compose' },
      { only: ['slim-base'], skip: ['compose'] },
      ['slim-base', 'compose'],
      'as does --with',
    ],
    [{ skip: 'compose' }, { only: ['slim-base', 'compose'] }, ['slim-base'], 'and --skip'],
    [
      { skip: 'model-volume' },
      { only: ['slim-base'], with: ['model-volume'] },
      ['slim-base'],
      'of opt-in edits too',
    ],
  ] as const)('given %j over %j are %j: %s', (given, settings, expected, _why) => {
    expect(made(given, settings).toSorted()).toEqual(expected.toSorted());
  });

  test.each([
    [{ skip: 'slim-bas' }, '--skip: there is no edit named slim-bas.', 'Is slim-base meant?'],
    [{ with: 'x', skip: 'x' }, '--skip: there is no edit named x.', 'The edits are'],
    [{ only: 'compose', skip: 'compose' }, 'compose is both asked for and skipped.', 'Name each edit'],
  ])('%j is refused: %s', (given, message, hint) => {
    const choosing = (): unknown => chooseEdits(given, { options: {}, placeOf: () => '' });
    expect(choosing).toThrow(UserError);
    expect(choosing).toThrow(expect.objectContaining({ message, hint: expect.stringContaining(hint) }));
  });
});
