import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** A field of the input and what is wrong with it. */
export interface FieldError {
  /** Where in the input: `lines.0.quantity`, or a header's or parameter's name. */
  readonly field: string;
  readonly detail: string;
}

/** The members of a problem beyond its status. */
export interface ProblemOptions {
  /** A stable name for programs to tell this problem from others with the same status. */
  readonly code?: string;
  /** What happened, for people. Never holds input, secrets or internals. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A problem details object (RFC 9457 3). Its `type` is `about:blank`, so `title` is the status phrase (4.2.1). */
export interface ProblemDetails {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly FieldError[];
}

/** An error that is answered as `application/problem+json` (RFC 9457). */
export class Problem extends HttpException {
  constructor(
    status: number,
    readonly members: ProblemOptions = {},
  ) {
    super(members.detail ?? STATUS_CODES[status] ?? 'Error', status);
  }
}

export function problemDetails(status: number, options: ProblemOptions = {}): ProblemDetails {
  const { code, detail, errors } = options;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail !== undefined && { detail }),
    ...(code !== undefined && { code }),
    ...(errors !== undefined && { errors }),
  };
}
