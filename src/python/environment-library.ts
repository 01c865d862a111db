/** True for a shared library or extension module of a Python environment: below `site-packages` or `dist-packages`. */
export function isEnvironmentLibrary(path: string): boolean {
  return /(?:^|\/)(?:site|dist)-packages\/.*\.so(?:\.\d\w*)*$/.test(path);
}
