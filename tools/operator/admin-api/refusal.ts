import { ExitCode } from '../command-line/exit-code.ts';
import { OperatorFailure } from '../command-line/operator-failure.ts';
import type { Problem } from '../command-line/operator-failure.ts';

/** The failure that an answer of the admin API stands for. */
export async function refusal(response: Response): Promise<OperatorFailure> {
  const problem = await problemIn(response);
  return new OperatorFailure(exitCodeFor(response.status, problem), problem);
}

function exitCodeFor(status: number, { code }: Problem): ExitCode {
  // Without a code it is the address that is unknown there, not what the command names.
  if (status === 404) return code === undefined ? ExitCode.noAccess : ExitCode.notFound;
  if (status === 409 || status === 412) return ExitCode.conflict;
  if (status === 401 || status === 403 || status === 429) return ExitCode.noAccess;
  return status >= 500 ? ExitCode.noAccess : ExitCode.refused;
}

/** RFC 9457; where something else has answered, as much as its status says. */
async function problemIn(response: Response): Promise<Problem> {
  const { status, statusText, headers } = response;
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json');
  if (isProblem) return (await response.json()) as Problem;
  await response.body?.cancel();
  const detail = `the server answers ${status} at ${new URL(response.url).pathname}`;
  return { type: 'about:blank', title: statusText, status, detail };
}
