import { ExitCode } from './exit-code.ts';

/** Why something was not done, for programs (RFC 9457 3). */
export interface Problem {
  readonly type: string;
  readonly title?: string;
  readonly status?: number;
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
}

/** A member of the input and what is wrong with it. */
export interface FieldError {
  readonly field: string;
  readonly detail: string;
}

/** A command has failed for a reason that its message explains completely: shown without a stack. */
export class OperatorFailure extends Error {
  readonly exitCode: ExitCode;
  readonly problem: Problem;

  constructor(exitCode: ExitCode, problem: Problem) {
    super(textOf(problem));
    this.exitCode = exitCode;
    this.problem = problem;
  }
}

/** A failure found here, rather than told by the server. */
export function failure(exitCode: ExitCode, code: string, detail: string): OperatorFailure {
  return new OperatorFailure(exitCode, { type: 'about:blank', code, detail });
}

/** The arguments were not understood; the detail says which and why. */
export function usageFailure(detail: string): OperatorFailure {
  return failure(ExitCode.usage, 'usage', detail);
}

function textOf({ detail, title, errors = [] }: Problem): string {
  const lines = errors.map((error) => `\n  ${error.field} ${error.detail}`);
  return `${detail ?? title ?? 'it was refused'}${lines.join('')}`;
}
