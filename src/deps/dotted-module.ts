/** `google/cloud/storage/__init__.py` → `google.cloud.storage`; `a/b.cpython-311-x86_64-linux-gnu.so` → `a.b`; none for other files. */
export function dottedModule(path: string): string[] {
  const match = /^((?:[A-Za-z_]\w*\/)*[A-Za-z_]\w*)(?:\.py|\.[\w.-]*so)$/.exec(path);
  const dotted = match?.[1]?.replaceAll('/', '.').replace(/\.__init__$/, '');
  return dotted === undefined ? [] : [dotted];
}
