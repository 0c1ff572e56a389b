import { InvalidArgumentError } from 'commander';

/** Reads the whole number of seconds that an option is given. */
export function seconds(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number of seconds.');
}
