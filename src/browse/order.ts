/**
 * The positions 0 to n-1 ordered by rising key, equal keys by position. Keys are counted or packed into plain
 * numbers where they allow it, since sorting with a comparison is many times slower.
 */
export function ascending(keys: Float64Array): Uint32Array {
  const count = keys.length;
  let lowest = Infinity;
  let highest = -Infinity;
  let areWhole = true;
  for (const key of keys) {
    if (key < lowest) lowest = key;
    if (key > highest) highest = key;
    if (!Number.isSafeInteger(key)) areWhole = false;
  }
  const positions = new Uint32Array(count);
  if (!areWhole || (highest - lowest + 1) * count > Number.MAX_SAFE_INTEGER) {
    for (let i = 0; i < count; i++) positions[i] = i;
    return positions.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  }
  if (count > 0 && highest - lowest < 4 * count) return counted(keys, lowest, highest);
  const packed = new Float64Array(count);
  for (let i = 0; i < count; i++) packed[i] = ((keys[i] ?? 0) - lowest) * count + i;
  packed.sort();
  for (let i = 0; i < count; i++) positions[i] = (packed[i] ?? 0) % count;
  return positions;
}

/** Keys that lie close together are counted, in time that grows with their number only. */
function counted(keys: Float64Array, lowest: number, highest: number): Uint32Array {
  const next = new Uint32Array(highest - lowest + 2);
  for (const key of keys) next[key - lowest + 1] = (next[key - lowest + 1] ?? 0) + 1;
  for (let i = 1; i < next.length; i++) next[i] = (next[i] ?? 0) + (next[i - 1] ?? 0);
  const positions = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const slot = (keys[i] ?? 0) - lowest;
    const place = next[slot] ?? 0;
    positions[place] = i;
    next[slot] = place + 1;
  }
  return positions;
}
