import type { Dirent } from 'node:fs';

const dockerfileName = /^(?:Dockerfile|Containerfile)(?:[._-][\w.-]+)?$|\.(?:Dockerfile|Containerfile)$/i;
/** Ignore files, templates, what editors leave behind. */
const otherName =
  /\.(?:dockerignore|containerignore|in|j2|jinja2?|tmpl|tpl|template|erb|mustache|md|txt|rst|bak|orig|rej|swp|license)$/i;

/** Is something in a directory a Dockerfile by its name? Templates and ignore files are none. */
export function isDockerfile(entry: Dirent): boolean {
  return (
    (entry.isFile() || entry.isSymbolicLink()) &&
    dockerfileName.test(entry.name) &&
    !otherName.test(entry.name)
  );
}
