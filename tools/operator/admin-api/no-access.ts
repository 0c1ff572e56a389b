import { ExitCode } from '../command-line/exit-code.ts';
import { failure } from '../command-line/operator-failure.ts';
import type { OperatorFailure } from '../command-line/operator-failure.ts';

/** The server was not reached, or has not let the command in. */
export function noAccess(code: string, detail: string): OperatorFailure {
  return failure(ExitCode.noAccess, code, detail);
}
