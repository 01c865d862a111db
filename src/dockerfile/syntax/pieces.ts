import type { TextEdit, TextOrigin } from './syntax.ts';

/** Text that is moved or copied, and the place of the instruction that it was. */
export interface Piece {
  readonly text: string;
  readonly from: number;
}

/** The new text of an edit out of parts, some of which have stood in the old one. */
export function joinPieces(pieces: readonly (string | Piece)[]): Required<Omit<TextEdit, 'range'>> {
  const origins: TextOrigin[] = [];
  let newText = '';
  for (const piece of pieces) {
    const start = newText.length;
    newText += typeof piece === 'string' ? piece : piece.text;
    if (typeof piece !== 'string') origins.push({ range: { start, end: newText.length }, from: piece.from });
  }
  return { newText, origins };
}
