import { z } from 'zod';

const notebookSchema = z.object({
  cells: z
    .array(z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]).optional() }))
    .optional(),
  worksheets: z
    .array(
      z.object({
        cells: z.array(
          z.object({ cell_type: z.string(), input: z.union([z.string(), z.array(z.string())]).optional() }),
        ),
      }),
    )
    .optional(),
});

/**
 * The Python of a Jupyter notebook (nbformat 3 and 4): its code cells in order, with magics and shell lines
 * blanked so that the rest parses; undefined when the text is no notebook.
 *
 *     {"cells": [{"cell_type": "code", "source": ["%matplotlib inline\n", "import pandas as pd"]}]}
 */
export function notebookCode(text: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const result = notebookSchema.safeParse(parsed);
  if (!result.success) return undefined;
  const sources = [
    ...(result.data.cells ?? []).filter((cell) => cell.cell_type === 'code').map((cell) => cell.source),
    ...(result.data.worksheets ?? [])
      .flatMap((sheet) => sheet.cells)
      .filter((cell) => cell.cell_type === 'code')
      .map((cell) => cell.input),
  ];
  return sources
    .map((source) => cellCode(Array.isArray(source) ? source.join('') : (source ?? '')))
    .join('\n');
}

// `%%bash` turns a whole cell into something else; `%%time` and the like keep Python.
const pythonCellMagics = /^\s*%%(time|timeit|capture|prun)\b/;

function cellCode(source: string): string {
  if (/^\s*%%/.test(source) && !pythonCellMagics.test(source)) return source.replace(/[^\n]+/g, '');
  return source
    .split('\n')
    .map((line) => (/^\s*(%|!|\?)/.test(line) || /\?\s*$/.test(line) ? line.replace(/\S.*$/, 'pass') : line))
    .join('\n');
}
