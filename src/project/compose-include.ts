import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { messageOf, UserError } from '../base/index.ts';
import { type ComposeDocument, contentOf, readComposeDocument } from './compose-document.ts';
import { extendService, withAbsolutePaths } from './compose-extends.ts';
import { mergeCompose } from './compose-merge.ts';
import { checkCompose, type IncludeSource } from './compose-schema.ts';
import { fillVariables, interpolate, variablesIn } from './compose-variables.ts';

/** A service of an application, and where it comes from. */
export interface PlacedService {
  readonly merged: Readonly<Record<string, unknown>>;
  /** What its relative paths are relative to. */
  readonly directory: string;
  /** The file that has it, of a main file and its overrides the main one; undefined for one that only an override has. */
  readonly origin: ComposeDocument | undefined;
}

/** A compose application: its own services, and those of what it includes. */
export interface ComposeApplication {
  readonly services: ReadonlyMap<string, PlacedService>;
  readonly included: readonly ComposeDocument[];
  readonly notFollowed: readonly string[];
}

/** Where an application is loaded from. */
export interface ApplicationPlace {
  /** The project directory, absolute. */
  readonly directory: string;
  /** What environment files give; those of whoever includes it beat them. */
  readonly variables: Readonly<Record<string, string>>;
  /** The files that include it, the innermost last. */
  readonly including: readonly string[];
}

/**
 * The services of a main file and its overrides, with what they extend and include (Compose specification, `14-include.md`; paths and
 * environment files as compose-go's `ApplyInclude`). What cannot be included is told. Throws a `UserError` for what is no compose file.
 */
export async function loadApplication(
  documents: readonly ComposeDocument[],
  place: ApplicationPlace,
): Promise<ComposeApplication> {
  const [main] = documents;
  const file = main?.file ?? '';
  const contents = documents.map((one) => fillVariables(contentOf(one) ?? {}, place.variables));
  const whole = contents.reduce((earlier, later) => mergeCompose(earlier, later), undefined) ?? {};
  const { services: own, includes } = checkCompose(whole, file);
  const notFollowed: string[] = [];
  const services = new Map<string, PlacedService>();
  const included: ComposeDocument[] = [];
  const inside = { ...place, including: [...place.including, ...documents.map((one) => one.file)] };
  for (const source of includes) {
    const found = await followInclude(source, inside, notFollowed);
    if (found === undefined) continue;
    included.push(...found.included);
    notFollowed.push(...found.notFollowed);
    for (const [name, service] of found.services) {
      const other = services.get(name)?.merged;
      if (other === undefined) services.set(name, service);
      else if (!isDeepStrictEqual(other, service.merged)) notFollowed.push(conflictOf(name, source));
    }
  }
  for (const name of Object.keys(own)) {
    if (services.has(name)) notFollowed.push(`included service ${name}: ${basename(file)} defines it anew`);
    const merged = await extendService(
      name,
      { services: own, file, directory: place.directory, isOwn: true },
      notFollowed,
    );
    const origin = main?.document.hasIn(['services', name]) === true ? main : undefined;
    services.set(name, { merged, directory: place.directory, origin });
  }
  return { services, included, notFollowed };
}

function conflictOf(name: string, { path }: IncludeSource): string {
  return `service ${name} of ${path[0]}: another included file has one of that name`;
}

/** Undefined, with a line in `notFollowed`, for what is not there, lies elsewhere, includes itself, or is no compose file. */
async function followInclude(
  source: IncludeSource,
  place: ApplicationPlace,
  notFollowed: string[],
): Promise<ComposeApplication | undefined> {
  const shown = source.path.join(', ');
  const refuse = (why: string): undefined => {
    notFollowed.push(`include of ${shown}: ${why}`);
    return undefined;
  };
  const names = source.path.map((path) => asText(path, place));
  const files = names.flatMap((name) => (name === undefined ? [] : [resolve(place.directory, name)]));
  const [main] = files;
  if (main === undefined || files.length !== names.length) return refuse('a variable hides which file it is');
  if (names.some((name) => /^[\w+.-]+:\/\/|^git@/.test(name ?? ''))) return refuse('it lies elsewhere');
  if (place.including.includes(main)) return refuse('it includes itself');
  for (const [at, file] of files.entries())
    if (!(await isFile(file))) return refuse(`there is no file ${names[at]}`);
  const written = asText(source.project_directory ?? '', place);
  if (written === undefined) return refuse('a variable hides its project directory');
  const directory = written === '' ? dirname(main) : resolve(place.directory, written);
  try {
    const documents = await Promise.all(files.map(readComposeDocument));
    const variables = { ...(await environmentOf(source, directory, place)), ...place.variables };
    const found = await loadApplication(documents, { directory, variables, including: place.including });
    return {
      services: new Map([...found.services].map(([name, one]) => [name, placed(one)])),
      included: [...documents, ...found.included],
      notFollowed: found.notFollowed,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return refuse(messageOf(error));
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

function placed(service: PlacedService): PlacedService {
  return { ...service, merged: withAbsolutePaths(service.merged, service.directory) };
}

function asText(text: string, { variables }: ApplicationPlace): string | undefined {
  return interpolate(String(fillVariables(text, variables)));
}

/** Environment files are those that are named, relative to whoever includes, else `.env` of the project directory. */
async function environmentOf(
  { env_file: named }: IncludeSource,
  directory: string,
  place: ApplicationPlace,
): Promise<Readonly<Record<string, string>>> {
  const files = named
    ?.flatMap((name) => asText(name, place) ?? [])
    .map((name) => resolve(place.directory, name)) ?? [resolve(directory, '.env')];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return Object.assign({}, ...texts.map(variablesIn));
}
