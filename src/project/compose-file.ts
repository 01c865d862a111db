import { join, resolve } from 'node:path';
import { type ComposeDocument, readComposeDocument } from './compose-document.ts';
import { loadApplication } from './compose-include.ts';
import { checkService } from './compose-schema.ts';
import { type ComposeService, toComposeService } from './compose-service.ts';

/** The compose files of a project, merged. */
export interface Compose {
  /** The main file, then its override. */
  readonly documents: readonly ComposeDocument[];
  /** The files that they include, at any depth. */
  readonly included: readonly ComposeDocument[];
  /** Every service that is built. */
  readonly services: readonly ComposeService[];
  /** Every service as Compose merges it, built or not: with its override, its merge keys and what it extends; nothing is checked. */
  readonly merged: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** The file that a service is changed in: the main one, or that of what is included; services that only an override has are left out. */
  readonly origins: ReadonlyMap<string, ComposeDocument>;
  /** What was not followed, and for `include` behind a colon why: `extends` and `include` of what is not there. */
  readonly notFollowed: readonly string[];
}

const mainNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** The compose files of a directory by absolute path: the named one alone, else the one of the default names with its override, as Docker Compose looks for them. */
export function composeFilesIn(
  directory: string,
  names: readonly string[],
  named?: string,
): readonly string[] {
  if (named !== undefined) return [resolve(directory, named)];
  const main = mainNames.find((name) => names.includes(name));
  const override = overrideNames.find((name) => names.includes(name));
  return [main, main === undefined ? undefined : override].flatMap((name) =>
    name === undefined ? [] : [join(directory, name)],
  );
}

/**
 * Reads a project's compose file: the named one (relative to `directory`), else the one of the default names with its override, in the order
 * of Docker Compose, and what they include. Undefined when there is none. Throws a `UserError` with file and line for text that is no YAML or
 * no compose file; of what is included, it is only told.
 */
export async function readCompose(
  directory: string,
  names: readonly string[],
  named?: string,
): Promise<Compose | undefined> {
  const files = composeFilesIn(directory, names, named);
  const [main] = files;
  if (main === undefined) return undefined;
  const documents = await Promise.all(files.map((file) => readComposeDocument(file)));
  const application = await loadApplication(documents, {
    directory: resolve(main, '..'),
    variables: {},
    including: [],
  });
  const services = [...application.services].flatMap(([name, { merged, directory: base }]) => {
    const place = `${main}: service ${name}`;
    return toComposeService(name, checkService(merged, place), base) ?? [];
  });
  return {
    documents,
    included: application.included,
    services,
    merged: new Map([...application.services].map(([name, { merged }]) => [name, merged])),
    origins: new Map(
      [...application.services].flatMap(([name, { origin }]) =>
        origin === undefined ? [] : [[name, origin]],
      ),
    ),
    notFollowed: application.notFollowed,
  };
}
