import type { Command } from 'commander';
import { accessToken } from './admin-api/access-token.ts';
import { AdminApi } from './admin-api/admin-api.ts';
import { issuerFrom } from './admin-api/issuer.ts';
import { operatorCredentials } from './admin-api/operator-credentials.ts';
import type { GlobalOptions } from './command-line/program.ts';
import { Report } from './command-line/report.ts';
import type { Surroundings } from './command-line/surroundings.ts';

/** What a verb needs of the admin API: never more than that is asked for. */
export const READ = 'clients:read';
export const WRITE = 'clients:write';
export const READ_AND_WRITE = `${READ} ${WRITE}`;

/** What a verb works with. */
export interface OperatorSession {
  readonly api: AdminApi;
  readonly report: Report;
}

/** Opens the admin API that a command names, with an access token of the given scope. */
export async function openSession(
  command: Command,
  scope: string,
  surroundings: Surroundings,
): Promise<OperatorSession> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const issuer = issuerFrom(options.issuer, surroundings.environment);
  const credentials = await operatorCredentials(options.credentials, issuer, surroundings);
  const token = await accessToken(issuer, credentials, scope);
  return {
    api: new AdminApi(issuer, token),
    report: new Report(options.json === true, surroundings),
  };
}
