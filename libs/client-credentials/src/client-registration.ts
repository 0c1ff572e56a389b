/** How a client is registered with an authorization server, what it asks for, and which API that is for. */
export type ClientRegistration = RegisteredClient & (SecretAuthentication | KeyAuthentication);

interface RegisteredClient {
  /** The API that is called: tokens are sent to its origin only. */
  readonly apiUrl: string;
  /** The issuer identifier (RFC 8414 2). */
  readonly issuer: string;
  /** Where to ask for tokens, where that is not to be discovered from the issuer's metadata. */
  readonly tokenEndpoint?: string | undefined;
  readonly clientId: string;
  /** The scopes to ask for: no more than the work needs. */
  readonly scopes?: readonly string[] | undefined;
  /** The identifier of the API (RFC 8707 2), for issuers that know of it. */
  readonly resource?: string | undefined;
  /** What else an issuer wants to be told, such as Auth0's `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

/** A shared secret, in the header or in the body (RFC 6749 2.3.1). */
interface SecretAuthentication {
  readonly authMethod: 'client_secret_basic' | 'client_secret_post';
  /** Reads the secret. Called for every token request, so that a rotated one is picked up. */
  readonly clientSecret: () => Promise<string>;
}

/** A key of the client's own, whose public half the issuer knows (RFC 7523 2.2). */
export interface KeyAuthentication {
  readonly authMethod: 'private_key_jwt';
  /** Reads the key, a private JWK or PKCS#8 in PEM, for every token request. */
  readonly privateKey: () => Promise<string>;
  /**
   * Whom the assertions are for. The issuer, unless it is one that takes nothing but the URL of its token
   * endpoint, which rfc7523bis 4 forbids.
   */
  readonly assertionAudience?: string | undefined;
}

/** Parameters that follow from the rest of a registration. */
const OWN_PARAMETERS = new Set([
  'grant_type',
  'scope',
  'resource',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
]);

/** @throws RangeError that names what is wrong with a registration. */
export function checkRegistration(name: string, registration: ClientRegistration): void {
  const { apiUrl, issuer, tokenEndpoint, clientId, parameters = {} } = registration;
  for (const [member, url] of Object.entries({ apiUrl, issuer, tokenEndpoint })) {
    if (url !== undefined && !isHttpUrl(url)) {
      throw new RangeError(`${name}: ${member} must be an http or https URL without credentials`);
    }
  }
  if (!clientId) throw new RangeError(`${name}: clientId is missing`);
  const own = Object.keys(parameters).find((parameter) => OWN_PARAMETERS.has(parameter));
  if (own !== undefined) throw new RangeError(`${name}: the parameter ${own} cannot be given`);
}

/** Whether something can be asked at this address, with no other credentials than those that are sent. */
export function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && !username && !password;
}
