import type { FilePlace } from './page.ts';
import type { BrowseState } from './state.ts';

/** What the browser asks of its surroundings. */
export type BrowseEffect =
  | { readonly kind: 'quit' }
  /** Give the terminal back until the shell gives it again. */
  | { readonly kind: 'suspend' }
  | { readonly kind: 'read'; readonly file: FilePlace }
  | { readonly kind: 'stop-reading' }
  | { readonly kind: 'extract'; readonly file: FilePlace; readonly name: string };

/** The next state, and what is to be done. */
export interface BrowseStep {
  readonly state: BrowseState;
  readonly effect?: BrowseEffect;
}
