import { usageFailure } from '../command-line/operator-failure.ts';
import { APPS } from '../../local-system/apps.ts';

const { portVariable, defaultPort } = APPS['auth-server'];

/**
 * The issuer identifier of the authorization server: as given, else by OAUTH_ISSUER, else where `npm start`
 * runs it. Credentials are sent there, so plain HTTP is for this machine alone.
 */
export function issuerFrom(given: string | undefined, environment: NodeJS.ProcessEnv): URL {
  const port = environment[portVariable] || defaultPort;
  const text = given ?? (environment['OAUTH_ISSUER'] || `http://localhost:${port}`);
  const issuer = URL.canParse(text) ? new URL(text) : undefined;
  if (issuer === undefined) throw usageFailure(`the issuer must be a URL; it is "${text}"`);
  const isSafe = issuer.protocol === 'https:' || (issuer.protocol === 'http:' && isLocal(issuer));
  if (!isSafe)
    throw usageFailure('the issuer must be an https URL, or an http one on this machine');
  if (issuer.search !== '' || issuer.hash !== '') {
    throw usageFailure('the issuer must have neither query nor fragment (RFC 8414 2)');
  }
  return issuer;
}

/** Whether a URL is that of this machine. */
export function isLocal({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
