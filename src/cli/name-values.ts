import { UserError } from '../base/index.ts';

/** Reads the values of an option that takes `NAME=value`, repeatably. Throws a `UserError` that names the option. */
export function nameValues(given: readonly string[], option: string): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1)
        throw new UserError(`${option} ${text} is not NAME=value.`, {
          hint: `Write it as ${option} NAME=value; the value may be empty.`,
        });
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
