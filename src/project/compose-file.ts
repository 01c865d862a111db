import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { messageOf, UserError } from '../base/index.ts';
import { mergeCompose } from './compose-merge.ts';
import { checkCompose, checkExtends, checkService } from './compose-schema.ts';
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
  /** What was not followed: `extends` into other files, `include`. */
  readonly notFollowed: readonly string[];
}

const mainNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const overrideNames = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/**
 * Reads a project's compose file: the named one (relative to `directory`), else the one of the default names with its override, in the order
 * of Docker Compose. Undefined when there is none. Throws a `UserError` with file and line for text that is no YAML or no compose file.
 */
export async function readCompose(
  directory: string,
  names: readonly string[],
  named?: string,
): Promise<Compose | undefined> {
  const main = mainNames.find((name) => names.includes(name));
  const override = overrideNames.find((name) => names.includes(name));
  const files =
    named !== undefined
      ? [resolve(directory, named)]
      : main === undefined
        ? []
        : [main, ...(override === undefined ? [] : [override])].map((name) => join(directory, name));
  if (files.length === 0) return undefined;
  const documents = await Promise.all(files.map(readDocument));
  return toCompose(documents);
}

async function readDocument(file: string): Promise<ComposeDocument> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
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

function toCompose(documents: readonly ComposeDocument[]): Compose {
  const [main] = documents;
  const file = main?.file ?? '';
  const merged = documents.reduce<unknown>((earlier, { document }) => {
    const later: unknown = document.toJS() ?? {};
    return earlier === undefined ? later : mergeCompose(earlier, later);
  }, undefined);
  const { services, hasInclude } = checkCompose(merged, file);
  const notFollowed = hasInclude ? ['include'] : [];
  const read = Object.keys(services).flatMap((name) => {
    const place = `${file}: service ${name}`;
    const source = checkService(withExtended(name, { services, notFollowed, file }), place);
    return toComposeService(name, source, file) ?? [];
  });
  return { documents, services: read, notFollowed };
}

interface ExtendContext {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly notFollowed: string[];
  readonly file: string;
}

/** A service over the ones that it extends in the same file. */
function withExtended(name: string, context: ExtendContext, seen: readonly string[] = []): unknown {
  const { extends: written, ...own } = context.services[name] ?? {};
  const base = checkExtends(written, `${context.file}: service ${name}`);
  if (base === undefined) return own;
  if (
    base.file !== undefined ||
    !Object.hasOwn(context.services, base.service) ||
    seen.includes(base.service)
  ) {
    const source = base.file === undefined ? '' : ` of ${base.file}`;
    context.notFollowed.push(`${name} extends ${base.service}${source}`);
    return own;
  }
  return mergeCompose(withExtended(base.service, context, [...seen, name]), own);
}
