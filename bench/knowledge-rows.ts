import { hardwareTable } from '../src/python/knowledge/hardware-variants.ts';
import { removableTable } from '../src/python/knowledge/removable.ts';
import { systemTable } from '../src/python/knowledge/system-libraries.ts';

/** What a row of the knowledge says of a wheel, and of which one. */
export type Claim = ClaimedWheel &
  (
    | { readonly kind: 'paths'; readonly paths: readonly string[]; readonly bytes: number }
    | { readonly kind: 'symbols'; readonly bytes: number }
    | { readonly kind: 'size'; readonly bytes: number }
    | { readonly kind: 'saving'; readonly smaller: string; readonly bytes: number }
    | { readonly kind: 'libraries'; readonly sonames: readonly string[] }
  );

interface ClaimedWheel {
  /** Table and row: `removable/headers`. */
  readonly row: string;
  /** Normalised. */
  readonly distribution: string;
  /** With which version it was recorded; undefined where nobody noted one. */
  readonly version: string | undefined;
  /** When. */
  readonly date: string | undefined;
}

/** A row that no wheel can speak for or against. */
export interface RowWithoutWheel {
  readonly row: string;
  readonly because: string;
}

/** Every claim of the tables that a wheel can prove or disprove, and the rows that have none. */
export function knowledgeClaims(): {
  readonly claims: readonly Claim[];
  readonly without: readonly RowWithoutWheel[];
} {
  return {
    claims: [...removableClaims(), ...hardwareClaims(), ...libraryClaims()],
    without: [
      ...removableTable.entries
        .filter(({ measured }) => measured.length === 0)
        .map(({ id }) => ({ row: `removable/${id}`, because: 'no wheel holds such files: pip makes them' })),
      ...hardwareTable.families
        .filter(({ sizes }) => sizes.length === 0)
        .map(({ id }) => ({ row: `variants/${id}`, because: 'the row claims no size' })),
      ...systemTable.distributions
        .filter(({ sonames, optional }) => sonames.length + optional.length === 0)
        .map(({ name }) => ({ row: `libraries/${name}`, because: 'it starts programs: no wheel tells' })),
      ...systemTable.distributions
        .filter(({ isLoadedByName }) => isLoadedByName)
        .map(({ name }) => ({
          row: `libraries/${name}`,
          because: 'it loads libraries by name: no link tells',
        })),
    ],
  };
}

function removableClaims(): Claim[] {
  return removableTable.entries.flatMap(({ id, paths, rule, measured }) =>
    measured.map((one): Claim => {
      const wheel = { row: `removable/${id}`, ...wheelOf(one), bytes: one.bytes };
      return rule === 'strip' ? { ...wheel, kind: 'symbols' } : { ...wheel, kind: 'paths', paths };
    }),
  );
}

function hardwareClaims(): Claim[] {
  const sizes = hardwareTable.families.flatMap(({ id, sizes }) =>
    sizes.map((one): Claim => ({ row: `variants/${id}`, kind: 'size', ...wheelOf(one), bytes: one.bytes })),
  );
  const savings = hardwareTable.smaller.map(
    ({ from, to, savesBytes, measured }): Claim => ({
      row: `smaller/${from}`,
      kind: 'saving',
      distribution: from,
      smaller: to,
      bytes: savesBytes,
      version: measured?.version,
      date: measured?.date,
    }),
  );
  return [...sizes, ...savings];
}

function wheelOf(one: {
  readonly distribution: string;
  readonly version?: string | undefined;
  readonly date?: string | undefined;
}): Omit<ClaimedWheel, 'row'> {
  return { distribution: one.distribution, version: one.version, date: one.date };
}

function libraryClaims(): Claim[] {
  const linked = systemTable.distributions
    .filter(
      ({ sonames, optional, isLoadedByName }) => sonames.length + optional.length > 0 && !isLoadedByName,
    )
    .map(
      ({ name, sonames, measured }): Claim => ({
        row: `libraries/${name}`,
        kind: 'libraries',
        distribution: name,
        sonames,
        version: measured?.version,
        date: measured?.date,
      }),
    );
  const bundled = systemTable.bundled.map(
    (name): Claim => ({
      row: `bundled/${name}`,
      kind: 'libraries',
      distribution: name,
      sonames: [],
      version: undefined,
      date: undefined,
    }),
  );
  return [...linked, ...bundled];
}
