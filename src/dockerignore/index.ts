export type { SentFile } from './context-tree.ts';
export { explainLines, type IdleReason, type IgnoreLineEffect } from './explain-lines.ts';
export { type IgnoreMatcher, ignoreMatcher, type WalkVerdict } from './matcher.ts';
export { mergeDockerignore } from './merge.ts';
export { type IgnorePattern, parseDockerignore } from './parse.ts';
export { mayHoldSecret, secretOf } from './secret-names.ts';
export { type IgnoreAdvice, type IgnoreFacts, type IgnoreSuggestion, suggestIgnores } from './suggest.ts';
export {
  type ContextEntry,
  type ContextEntryKind,
  type IgnoredEntry,
  type SentEntry,
  type WalkedContext,
  walkContext,
} from './walk-context.ts';
