import { UserError } from '../../../base/index.ts';
import { isSetting, type SlimSettings } from './slim-settings.ts';

/** Puts the place of a setting in front of what is the matter with it: `.plimsoll.yaml:4: slim.secrets.0: there is no file …`. */
export function withPlace<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw placed(place, cause);
  }
}

const paths = ['file', 'composeFile', 'stage'] as const;

/** Reads the project; an error about a path or a stage that the settings name has their place in front. */
export async function withPathPlaces<T>(
  given: unknown,
  { options, placeOf }: SlimSettings,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const message = cause instanceof UserError ? cause.message : '';
    const name = paths.find((one) => {
      const value = options[one];
      return typeof value === 'string' && isSetting(given, one) && message.includes(value);
    });
    throw name === undefined ? cause : placed(placeOf(name), cause);
  }
}

function placed(place: string, cause: unknown): unknown {
  if (!(cause instanceof UserError)) return cause;
  return new UserError(`${place}: ${cause.message.replace(/^--[\w-]+ /, '')}`, {
    cause,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
  });
}
