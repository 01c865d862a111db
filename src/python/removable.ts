import { type RemovableEntry, removableTable } from './knowledge/removable.ts';

/** What may be removed inside site-packages and what may not, with what broke where it was tried. */
export const removableEntries: readonly RemovableEntry[] = removableTable.entries;
