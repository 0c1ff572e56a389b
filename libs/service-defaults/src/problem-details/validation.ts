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
    errors: issues.slice(0, MOST_ERRORS).map(fieldError),
  });
}

function fieldError(issue: StandardSchemaV1.Issue): FieldError {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return { field: path.join('.'), detail: issue.message };
}
