import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../../base/index.ts';
import type { SecretSource } from '../../../engines/index.ts';

/** Where relative files and variables are looked for. */
export interface SecretSurroundings {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads `id=ID,src=FILE`, `id=ID,env=NAME` or `id=ID`, as `docker build --secret` does: without a source, the variable of that name, else the file.
 * Throws a `UserError` for what cannot be read so, and for a source that is not there.
 */
export function parseSecret(text: string, { cwd, variables }: SecretSurroundings): SecretSource {
  const fields = new Map(
    text.split(',').map((field) => {
      const equals = field.indexOf('=');
      return [field.slice(0, Math.max(equals, 0)).trim(), field.slice(equals + 1).trim()] as const;
    }),
  );
  const unknown = [...fields.keys()].find((key) => !['id', 'src', 'source', 'env', 'type'].includes(key));
  const id = fields.get('id') ?? '';
  if (unknown !== undefined || !/^[\w.-]+$/.test(id))
    throw new UserError(`--secret ${text} is not id=ID,src=FILE or id=ID,env=NAME.`, {
      hint: 'The id is the one of `RUN --mount=type=secret,id=ID`.',
    });
  const type = fields.get('type');
  const path = fields.get('src') ?? fields.get('source');
  const variable = fields.get('env') ?? (type === 'env' ? (path ?? id) : undefined);
  const isVariable =
    variable !== undefined || (path === undefined && type !== 'file' && variables[id] !== undefined);
  if (isVariable) {
    const name = variable ?? id;
    if (variables[name] !== undefined) return { id, variable: name };
    throw new UserError(`--secret ${id}: the variable ${name} is not set.`, {
      hint: `Set it in the environment of plimsoll, or name a file: id=${id},src=FILE.`,
    });
  }
  const file = resolve(cwd, path ?? id);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return { id, file };
  throw new UserError(`--secret ${id}: there is no file ${file}.`, {
    hint: `Name a file (id=${id},src=FILE) or a variable (id=${id},env=NAME).`,
  });
}
