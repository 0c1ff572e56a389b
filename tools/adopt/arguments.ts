import { parseArgs } from 'node:util';
import { APPS } from '../local-system/apps.ts';
import type { AppName } from '../local-system/apps.ts';
import { ORIGINAL } from './adoption.ts';
import type { Adoption } from './adoption.ts';
import { serviceCalled, STANDARD_SERVICE } from './without-samples/service.ts';
import type { Service } from './without-samples/service.ts';

/** What brings back a working tree as it was, whether the change has been staged or not. */
export const UNDO = 'git reset && git restore . && git clean -fd apps deploy docs tools';

export const HELP = `Usage: npm run adopt -- --scope <@scope> --name <name> [options]

Makes a fresh copy of this repository a team's own, once: puts its names in the place of ours wherever they
stand, starts the changelog anew, notes in docs/adopted-from.md which version this was and how to take over
later fixes, and removes itself. Looks through everything first, and then writes; needs no network.

  --scope @acme            the npm scope of the packages, in place of ${ORIGINAL.scope}
  --name acme-platform     the name of the whole, in place of ${ORIGINAL.name}: of the composed system, of the
                           namespace, of images and of environment variables; 2 to 30 characters
  --title "Acme platform"  what the documents call it, if not by its name
  --auth-server-port N, --orders-api-port N, --billing-worker-port N
                           in place of ${APPS['auth-server'].defaultPort}, ${APPS['orders-api'].defaultPort} and ${APPS['billing-worker'].defaultPort}
  --issuer URL             the issuer in production, in place of ${ORIGINAL.issuer}
  --orders-api-url URL     where the API answers in production, in place of ${ORIGINAL.ordersApiUrl}
  --without-samples        remove the orders, the worker and all that is about them; what is left is the auth-server,
                           the libs and one guarded service that is empty
  --service payments-api   what that service is called, if not ${STANDARD_SERVICE}; it has the port and the address
                           in production that are given for the orders-api
  --licence-holder NAME    who holds the rights in what you add; our own notice stays, as the licence asks
  --dry-run                list what would be done to which file, and change nothing
  --help                   show this

The working tree has to be clean, so that this can be undone:
  ${UNDO}
`;

export interface AdoptArguments {
  readonly help: boolean;
  readonly dryRun: boolean;
  /** Undefined if nothing but help was asked for. */
  readonly adoption: Adoption | undefined;
}

/** What was typed cannot be understood; the message says why. */
export class UsageError extends Error {}

/** Those of the registry: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name */
const SCOPE = /^@[a-z0-9][a-z0-9._-]*$/;
/** A label of RFC 1123, short enough for what is put after it. */
const NAME = /^[a-z][a-z0-9-]{0,28}[a-z0-9]$/;
/** Nothing that would mean something in Markdown or JSON. */
const TITLE = /^[\p{L}\p{N}][\p{L}\p{N} .,'&()-]*$/u;
const HOLDER = /^\P{C}+$/u;

const LOWEST_PORT = 1_024;
const HIGHEST_PORT = 65_535;
/** Taken on Kubernetes by health and metrics. */
const MANAGEMENT_PORT = 9_000;

/** Reads the command line of `npm run adopt`. */
export function parseAdoptArguments(args: readonly string[]): AdoptArguments {
  const { help = false, 'dry-run': dryRun = false, ...given } = optionsOf(args);
  if (help) return { help, dryRun, adoption: undefined };
  const name = fitting(
    '--name',
    given.name,
    NAME,
    'a name such as acme-platform, of 2 to 30 characters',
  );
  const adoption = {
    scope: fitting('--scope', given.scope, SCOPE, 'an npm scope such as @acme'),
    name,
    title: fitting(
      '--title',
      given.title ?? titleOf(name),
      TITLE,
      'words without quotes and markup',
    ),
    ports: portsOf(given),
    issuer: productionUrl('--issuer', given.issuer),
    ordersApiUrl: productionUrl('--orders-api-url', given['orders-api-url']),
    licenceHolder: licenceHolderOf(given['licence-holder']),
    service: serviceOf(given['without-samples'], given.service),
  };
  requireOwnNames(adoption);
  return { help, dryRun, adoption };
}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        'dry-run': { type: 'boolean' },
        scope: { type: 'string' },
        name: { type: 'string' },
        title: { type: 'string' },
        'auth-server-port': { type: 'string' },
        'orders-api-port': { type: 'string' },
        'billing-worker-port': { type: 'string' },
        issuer: { type: 'string' },
        'orders-api-url': { type: 'string' },
        'licence-holder': { type: 'string' },
        'without-samples': { type: 'boolean' },
        service: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function fitting(option: string, text: string | undefined, form: RegExp, what: string): string {
  if (text === undefined) throw new UsageError(`${option} is missing: ${what}`);
  if (!form.test(text)) throw new UsageError(`${option} takes ${what}, not "${text}"`);
  return text;
}

function licenceHolderOf(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : fitting('--licence-holder', text, HOLDER, 'a name, in one line');
}

function serviceOf(withoutSamples = false, name: string | undefined): Service | undefined {
  if (withoutSamples) return serviceFrom(name ?? STANDARD_SERVICE);
  if (name === undefined) return undefined;
  throw new UsageError(
    '--service is what takes the place of the sample: it goes with --without-samples',
  );
}

function serviceFrom(name: string): Service {
  try {
    return serviceCalled(name);
  } catch (error) {
    throw new UsageError(`--service: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function requireOwnNames({ scope, name }: Adoption): void {
  if (scope === ORIGINAL.scope)
    throw new UsageError(`--scope ${scope} is what it is called already`);
  if (name === ORIGINAL.name) throw new UsageError(`--name ${name} is what it is called already`);
}

function portsOf(given: Partial<Record<`${AppName}-port`, string>>): Adoption['ports'] {
  const ports = {
    'auth-server': portOf('auth-server', given['auth-server-port']),
    'orders-api': portOf('orders-api', given['orders-api-port']),
    'billing-worker': portOf('billing-worker', given['billing-worker-port']),
  };
  const taken = new Set([MANAGEMENT_PORT, ...Object.values(ports)]);
  if (taken.size < 4)
    throw new UsageError(`the ports have to differ, also from ${MANAGEMENT_PORT}`);
  return ports;
}

function portOf(app: AppName, text: string | undefined): number {
  if (text === undefined) return APPS[app].defaultPort;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port >= LOWEST_PORT && port <= HIGHEST_PORT) return port;
  throw new UsageError(
    `--${app}-port takes a port number from ${LOWEST_PORT} to ${HIGHEST_PORT}, not "${text}"`,
  );
}

/** As an identifier, which is compared character by character. */
function productionUrl(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isShortest = url?.href.replace(/\/$/, '') === text && url.username === '';
  if (url?.protocol === 'https:' && isShortest && !/[?#]/.test(text)) return text;
  throw new UsageError(`${option} takes an https URL without a slash at its end, not "${text}"`);
}
