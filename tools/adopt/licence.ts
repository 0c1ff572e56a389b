import type { Adoption } from './adoption.ts';

/**
 * Names the holder of what is added, before the notice that is there: the licence asks that it be in all copies.
 */
export function nameHolder(
  file: string,
  text: string,
  { licenceHolder }: Adoption,
  year: number,
): string {
  if (licenceHolder === undefined || !/(^|\/)LICENSE$/.test(file)) return text;
  return text.replace(/^(?=Copyright )/m, () => `Copyright (c) ${year} ${licenceHolder}\n`);
}
