import { z } from 'zod';

/** A scope token (RFC 6749 appendix A.4). */
export const scopeName = z
  .string('must be text')
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be a scope token of 1 to 100 characters');
