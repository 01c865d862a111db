import {
  type IgnoreSuggestion,
  ignoreMatcher,
  mergeDockerignore,
  parseDockerignore,
} from '../../../dockerignore/index.ts';
import { type CutSource, cutSources } from './cut-sources.ts';
import type { PresentUse } from './present-sources.ts';

/** What suggestions are held against. */
export interface Proof {
  /** The ignore file as it is; `''` where there is none. */
  readonly text: string;
  /** Its path, for messages. */
  readonly path: string;
  /** Sources that the build gets today. */
  readonly uses: readonly PresentUse[];
  /** Files and links that are sent today. */
  readonly leaves: readonly string[];
}

/** Suggestions that cut nothing off, and those that would have. */
export interface ProvenSuggestions {
  readonly suggestions: readonly IgnoreSuggestion[];
  readonly dropped: readonly { readonly suggestion: IgnoreSuggestion; readonly cut: CutSource }[];
  /** The ignore file with the suggestions that are left. */
  readonly content: string;
}

/** Tries the suggestions on the sources of the Dockerfile and drops each one by which a source would be lost. */
export function proveSuggestions(suggestions: readonly IgnoreSuggestion[], proof: Proof): ProvenSuggestions {
  const content = mergeDockerignore(proof.text, suggestions);
  const patterns = parseDockerignore(content, proof.path);
  const cuts = cutSources(proof.uses, { matcher: ignoreMatcher(patterns), leaves: proof.leaves });
  for (const cut of cuts) {
    const culprit = suggestions.find((one) => readPattern(one.pattern) === patterns[cut.rule]?.pattern);
    if (culprit === undefined) continue;
    const others = suggestions.filter((one) => one !== culprit);
    const { dropped, ...proven } = proveSuggestions(others, proof);
    return { ...proven, dropped: [{ suggestion: culprit, cut }, ...dropped] };
  }
  return { suggestions, dropped: [], content };
}

function readPattern(line: string): string | undefined {
  return parseDockerignore(line)[0]?.pattern;
}
