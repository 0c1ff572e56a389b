import { AdoptionError } from './adoption-error.ts';

/** What is said in one place, or in a known number of them, and what is to be said there afterwards. */
export interface Edit<Context> {
  readonly file: string;
  readonly place: RegExp;
  /** How often it is found in a fresh copy; once, unless something else is said. */
  readonly times?: number;
  readonly replacement: (context: Context) => string;
}

/**
 * Makes those of the edits that are about a file, one after the other.
 *
 * @throws AdoptionError if a place is not found as often as in a fresh copy.
 */
export function applyEdits<Context>(
  edits: readonly Edit<Context>[],
  file: string,
  text: string,
  context: Context,
): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((before, { place, times = 1, replacement }) => {
      if (before.match(place)?.length !== times) {
        const often = times === 1 ? 'once' : `${times} times`;
        throw new AdoptionError(
          `${file} is not as it was in a fresh copy: ${place.source} is not found ${often}`,
        );
      }
      return before.replace(place, () => replacement(context));
    }, text);
}
