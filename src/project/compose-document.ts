import { readFile } from 'node:fs/promises';
import { type Document, parseDocument } from 'yaml';
import { messageOf, UserError } from '../base/index.ts';

/** One compose file; `document` keeps comments and order for edits. */
export interface ComposeDocument {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
}

/** Reads a compose file. Throws a `UserError` with file and line for text that is no YAML. */
export async function readComposeDocument(file: string): Promise<ComposeDocument> {
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

/** The content of a compose file, unchecked. Throws a `UserError` where its aliases multiply without end. */
export function contentOf({ document, file }: ComposeDocument): unknown {
  try {
    return document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`, {
      hint: 'Correct the YAML; `docker compose config` shows what Compose reads.',
      cause: error,
    });
  }
}
