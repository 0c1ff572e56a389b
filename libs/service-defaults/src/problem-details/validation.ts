import { StandardSchemaValidationPipe, type PipeTransform } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { Problem, type FieldError } from './problem.js';

const MOST_ERRORS = 20;

/** Checks each parameter that names a schema; a mismatch is a 400 that lists the fields at fault. */
export function validationPipe(): PipeTransform {
  return new StandardSchemaValidationPipe({ exceptionFactory: invalidInput });
}

/** The problem that lists what a schema found wrong. */
export function invalidInput(issues: readonly StandardSchemaV1.Issue[]): Problem {
  return new Problem(400, {
    code: 'invalid_input',
    detail: 'The input does not match what this operation takes.',
    errors: issues.flatMap(fieldErrors).slice(0, MOST_ERRORS),
  });
}

/** zod reports all the unknown fields of an object as one issue, which names them in `keys`. */
type Issue = StandardSchemaV1.Issue & { readonly keys?: readonly string[] };

// What a caller made up is repeated only if it could be the name of a field.
const FIELD_NAME = /^[\w-]{1,64}$/;

function fieldErrors({ path = [], message, keys }: Issue): FieldError[] {
  const at = path.map((part) => String(typeof part === 'object' ? part.key : part));
  if (!keys) return [{ field: at.join('.'), detail: message }];
  return keys.map((key) => ({
    field: [...at, FIELD_NAME.test(key) ? key : '?'].join('.'),
    detail: 'is not known here',
  }));
}
