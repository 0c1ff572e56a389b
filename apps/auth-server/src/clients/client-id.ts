import { z } from 'zod';

/** File systems allow 255 bytes, of which `.json` and the name of a temporary file need some. */
const LONGEST_FILE_NAME = 200;

/** A client identifier that can stand in a URL and be the name of a credential file. */
export const clientId = z
  .string('must be text')
  .regex(/^[^\p{Cc}\p{Cs}]{1,100}$/u, {
    error: 'must have 1 to 100 characters, none of them control characters',
    // What is no well-formed Unicode cannot be encoded either.
    abort: true,
  })
  .refine((value) => value !== '.' && value !== '..', 'must not be . or ..')
  .refine(
    (value) => encodeURIComponent(value).length <= LONGEST_FILE_NAME,
    'is too long for the name of its credential file',
  );
