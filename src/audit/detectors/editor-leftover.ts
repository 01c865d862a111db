import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

const directories =
  /(?:^|\/)(?:\.idea|\.vscode(?:-server)?|\.vs|\.settings|\.ipynb_checkpoints|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.pytype|\.hypothesis|\.tox|\.nox|\.eggs|__MACOSX|htmlcov)\//;
const file = /^(?:\.DS_Store|Thumbs\.db|desktop\.ini|\.coverage(?:\.[\w.-]+)?|\..+\.sw[opn])$|~$/;

/** What editors, test runners, linters and desktops leave beside the code. */
export const editorLeftover: FileDetector = {
  name: 'editor-leftover',
  prepare() {
    const isOfTool = onceADirectory((directory) => directories.test(directory));
    return (_, { directory, name }) =>
      isOfTool(directory) || file.test(name) ? { kind: 'editor-leftover' } : undefined;
  },
};
