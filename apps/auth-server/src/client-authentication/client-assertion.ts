import { decodeJwt, decodeProtectedHeader } from 'jose';

/** The value of `client_assertion_type` (RFC 7523 2.2). */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A client's assertion (RFC 7523 2.2) as it came in: nothing of it is verified. */
export interface ClientAssertion {
  /** In compact form (RFC 7515 3.1). */
  readonly jwt: string;
  /** Who it says has made it. */
  readonly clientId: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Takes an assertion apart; undefined if it is no signed JWT or does not say who has made it. */
export function decodeClientAssertion(jwt: string): ClientAssertion | undefined {
  try {
    const claims = decodeJwt(jwt);
    const clientId = claims.sub ?? claims.iss;
    return isClientId(clientId)
      ? { jwt, clientId, header: { ...decodeProtectedHeader(jwt) }, claims }
      : undefined;
  } catch {
    return undefined;
  }
}

// None that is registered holds a control character, and the database takes no NUL.
function isClientId(value: unknown): value is string {
  return typeof value === 'string' && /^\P{Cc}+$/u.test(value);
}
