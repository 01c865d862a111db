import { type Document, parseDocument } from 'yaml';

/** Stacks of a hundred services that share their settings are real; what multiplies without end is not. */
export const mostAliases = 100_000;

/** A compose file as YAML, merge keys understood. */
export function parseText(text: string): Document.Parsed {
  return parseDocument(text, { merge: true, logLevel: 'silent', prettyErrors: true });
}

/** The plain value of a document. */
export function contentOf(document: Document): unknown {
  return document.toJS({ maxAliasCount: mostAliases });
}
