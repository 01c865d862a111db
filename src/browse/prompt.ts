import type { Key } from './keys.ts';
import type { Prompt } from './state.ts';

/** What a key makes of a line of input: another line, or its end. */
export type PromptStep =
  | { readonly kind: 'edited'; readonly prompt: Prompt }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'cancelled' };

/** Edits a line of input as readline does. */
export function editPrompt(prompt: Prompt, key: Key): PromptStep {
  const { text, cursor } = prompt;
  const edited = (newText: string, newCursor: number): PromptStep => ({
    kind: 'edited',
    prompt: { ...prompt, text: newText, cursor: newCursor },
  });
  const before = text.slice(0, cursor);
  const after = text.slice(cursor);
  switch (key.name) {
    case 'enter':
      return { kind: 'accepted' };
    case 'escape':
    case 'ctrl-c':
    case 'ctrl-f':
      return { kind: 'cancelled' };
    case 'backspace': {
      const kept = before.slice(0, -lengthOfLast(before));
      return before === '' ? edited(text, cursor) : edited(kept + after, kept.length);
    }
    case 'delete':
      return edited(before + after.slice(lengthOfFirst(after)), cursor);
    case 'left':
      return edited(text, cursor - lengthOfLast(before));
    case 'right':
      return edited(text, cursor + lengthOfFirst(after));
    case 'home':
    case 'ctrl-a':
      return edited(text, 0);
    case 'end':
    case 'ctrl-e':
      return edited(text, text.length);
    case 'ctrl-u':
      return edited(after, 0);
    case 'ctrl-k':
      return edited(before, cursor);
    case 'ctrl-w': {
      const kept = before.replace(/[^\s/]*[\s/]*$/, '');
      return edited(kept + after, kept.length);
    }
    default: {
      const added = key.text ?? '';
      return edited(before + added + after, cursor + added.length);
    }
  }
}

function lengthOfFirst(text: string): number {
  return [...text.slice(0, 2)][0]?.length ?? 0;
}

function lengthOfLast(text: string): number {
  return [...text.slice(-2)].at(-1)?.length ?? 0;
}
