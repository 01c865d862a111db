import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { messageOf, UserError } from '../base/index.ts';
import { extendService } from './compose-extends.ts';
import { mergeCompose } from './compose-merge.ts';
import { checkCompose, checkService } from './compose-schema.ts';
import { type ComposeService, toComposeService } from './compose-service.ts';

/** One compose file; `document` keeps comments and order for edits. */
export interface ComposeDocument {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
}

/** The compose files of a project, merged. */
export interface Compose {
  /** The main file, then its override. */
  readonly documents: readonly ComposeDocument[];
  /** Every service that is built. */
  readonly services: readonly ComposeService[];
  /** Every service as Compose merges it, built or not: with its override, its merge keys and what it extends; nothing is checked. */
  readonly merged: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** What was not followed: `extends` of what is not there, `include`. */
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
 * of Docker Compose. Undefined when there is none. Throws a `UserError` with file and line for text that is no YAML or no compose file.
 */
export async function readCompose(
  directory: string,
  names: readonly string[],
  named?: string,
): Promise<Compose | undefined> {
  const files = composeFilesIn(directory, names, named);
  if (files.length === 0) return undefined;
  const documents = await Promise.all(files.map(readDocument));
  return toCompose(documents);
}

async function readDocument(file: string): Promise<ComposeDocument> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (error) {
    throw new UserError(`cannot read the compose file ${file}: ${messageOf(error)}`, {
      hint: 'Check its path and permissions.',
      cause: error,
    });
  }
  const document = parseDocument(text, { merge: true, logLevel: 'silent', prettyErrors: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line ?? 1;
    throw new UserError(
      `${file}:${line}: ${problem.message.replace(/ at line [0-9]+, column [\s\S]*$/, '')}`,
      {
        hint: 'Correct the YAML; `docker compose config` shows what Compose reads.',
      },
    );
  }
  return { file, text, document };
}

/** Stacks of a hundred services that share their settings are real; what multiplies without end is not. */
const mostAliases = 100_000;

function contentOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`, {
      hint: 'Correct the YAML; `docker compose config` shows what Compose reads.',
      cause: error,
    });
  }
}

async function toCompose(documents: readonly ComposeDocument[]): Promise<Compose> {
  const [main] = documents;
  const file = main?.file ?? '';
  const whole = documents.reduce<unknown>((earlier, { document }) => {
    const later: unknown = contentOf(document, file) ?? {};
    return earlier === undefined ? later : mergeCompose(earlier, later);
  }, undefined);
  const { services, hasInclude } = checkCompose(whole, file);
  const notFollowed = hasInclude ? ['include'] : [];
  const merged = new Map<string, Readonly<Record<string, unknown>>>();
  for (const name of Object.keys(services)) {
    merged.set(name, await extendService(name, { services, file, isOwn: true }, notFollowed));
  }
  const read = [...merged].flatMap(([name, source]) => {
    const place = `${file}: service ${name}`;
    return toComposeService(name, checkService(source, place), file) ?? [];
  });
  return { documents, services: read, merged, notFollowed };
}
