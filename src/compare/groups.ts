/** What a byte of an image is for; every stored byte is in one of them. */
export type Group = 'base' | 'system-packages' | 'python-dependencies' | 'application';

/** The groups in the order in which an image stacks them. */
export const groups: readonly Group[] = ['base', 'system-packages', 'python-dependencies', 'application'];

/** How a person reads a group. */
export const groupTitles: Readonly<Record<Group, string>> = {
  base: 'Base image',
  'system-packages': 'System packages',
  'python-dependencies': 'Python dependencies',
  application: 'Application',
};
