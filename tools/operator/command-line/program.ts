import { Command } from 'commander';
import { EXIT_CODES } from './exit-code.ts';
import type { Surroundings } from './surroundings.ts';

const ENVIRONMENT = `Environment:
  OAUTH_ISSUER             the authorization server, if it is not http://localhost:3000
  OAUTH_CLIENT_ID          who administers it, with OAUTH_CLIENT_SECRET or OAUTH_CLIENT_PRIVATE_KEY,
                           each of these also as NAME_FILE; otherwise it is the demo's operator
  AUTH_SERVER_PORT         instead of 3000
  M2M_DATA_DIR             instead of .data, where npm start keeps the demo's credentials`;

/** The option of every verb of every program. */
export interface OutputOptions {
  readonly json?: true;
}

/** The options of every verb that works through the admin API. */
export interface GlobalOptions extends OutputOptions {
  readonly issuer?: string;
  readonly credentials?: string;
}

/** One of the operator's programs that work through the admin API. */
export function operatorProgram(
  name: string,
  description: string,
  surroundings: Surroundings,
): Command {
  return commandLine(name, description, ENVIRONMENT, surroundings)
    .option('--issuer <url>', 'the authorization server')
    .option('--credentials <file>', 'JSON with client_id, and client_secret or private_key');
}

/**
 * One of the operator's programs, to which verbs are added; it is called by `npm run <name> --`.
 *
 * @param environment what it takes from the environment, for --help.
 */
export function commandLine(
  name: string,
  description: string,
  environment: string,
  { stdout, stderr }: Surroundings,
): Command {
  return new Command(`npm run ${name} --`)
    .description(description)
    .option('--json', 'print one JSON document and nothing else, also of a failure')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('afterAll', `\n${environment}\n\n${EXIT_CODES}`)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // What was not understood is told where the command ends.
      outputError: () => undefined,
    })
    .exitOverride();
}
