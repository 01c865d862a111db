import { nearestName, UserError } from '../../../base/index.ts';
import { rewrites } from '../../../dockerfile/index.ts';
import { type EditId, editIds } from '../../../slim/index.ts';
import type { SlimSettings } from './slim-settings.ts';

/** `--only`, `--skip` and `--with`, as given. */
export interface EditChoice {
  readonly only?: string | undefined;
  readonly skip?: string | undefined;
  readonly with?: string | undefined;
}

/** The edits that may not be made, and the opt-in ones that are to be made. */
export interface ChosenEdits {
  readonly skipped: ReadonlySet<EditId>;
  readonly asked: ReadonlySet<EditId>;
}

const optIn = new Set<EditId>([
  ...rewrites.filter(({ risk }) => risk === 'opt-in').map(({ id }) => id),
  'ci-cache',
]);

/** What the command line chooses goes before what the settings choose, edit by edit. Throws a `UserError` for a name that no edit has. */
export function chooseEdits(given: EditChoice, settings: SlimSettings): ChosenEdits {
  const [only, skip, extra] = [
    namesOf(given.only, '--only'),
    namesOf(given.skip, '--skip'),
    namesOf(given.with, '--with'),
  ];
  const wanted = new Set([...(only ?? []), ...(extra ?? [])]);
  const refused = new Set(skip ?? []);
  const contrary = [...wanted].find((id) => refused.has(id));
  if (contrary !== undefined)
    throw new UserError(`${contrary} is both asked for and skipped.`, {
      hint: 'Name each edit in --only or --with, or in --skip, not in both.',
    });
  const allowed = only ?? settings.only;
  const isAllowed = (id: EditId): boolean =>
    allowed === undefined || allowed.includes(id) || wanted.has(id) || settings.with?.includes(id) === true;
  const isSkipped = (id: EditId): boolean =>
    refused.has(id) || !isAllowed(id) || (settings.skip?.includes(id) === true && !wanted.has(id));
  const named = new Set([...wanted, ...(settings.with ?? []), ...(allowed ?? [])]);
  return {
    skipped: new Set(editIds.filter(isSkipped)),
    asked: new Set(editIds.filter((id) => optIn.has(id) && named.has(id) && !isSkipped(id))),
  };
}

function namesOf(text: string | undefined, source: string): EditId[] | undefined {
  return text
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => editOf(word, source));
}

function editOf(word: string, source: string): EditId {
  const id = editIds.find((one) => one === word);
  if (id !== undefined) return id;
  const meant = nearestName(word, editIds);
  throw new UserError(`${source}: there is no edit named ${word}.`, {
    hint: `${meant === undefined ? '' : `Is ${meant} meant? `}The edits are ${editIds.join(', ')}.`,
  });
}
