import { z } from 'zod';

/** Text that people and databases can hold: no control characters, no surrounding blanks. */
export const text = (most: number) =>
  z
    .string('must be text')
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters')
    .refine((value) => value.trim() === value, 'must not start or end with blanks');
