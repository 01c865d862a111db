import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';
import { isUserPlace } from '../places.ts';

const directories =
  /(?:^|\/)(?:\.idea|\.vscode(?:-server)?|\.vs|\.settings|\.ipynb_checkpoints|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.pytype|\.hypothesis|\.tox|\.nox|\.eggs|__MACOSX|htmlcov)\//;
const file = /^(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._.+|\.coverage(?:\.[\w.-]+)?|\..+\.sw[opn])$|~$/;

// What merges and patches leave beside the file.
const mergeFile = /\.(?:orig|rej)$/;

/** What editors, merges, test runners, linters and desktops leave beside the code. */
export const editorLeftover: FileDetector = {
  name: 'editor-leftover',
  prepare() {
    const isOfTool = onceADirectory((directory) => directories.test(directory));
    return (_, { directory, name }) =>
      isOfTool(directory) || file.test(name) || (mergeFile.test(name) && isUserPlace(directory))
        ? { kind: 'editor-leftover' }
        : undefined;
  },
};
