export type { SentFile } from './context-tree.ts';
export { type IgnoreMatcher, ignoreMatcher } from './matcher.ts';
export { mergeDockerignore } from './merge.ts';
export { type IgnorePattern, parseDockerignore } from './parse.ts';
export { type IgnoreAdvice, type IgnoreFacts, type IgnoreSuggestion, suggestIgnores } from './suggest.ts';
