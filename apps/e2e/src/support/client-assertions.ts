import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { importJWK, SignJWT, type JWK, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { system } from './system.js';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** The parameters by which a client authenticates with an assertion (RFC 7523 2.2). */
export const withAssertion = (client_assertion: string) => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion,
});

/** The claims of a good assertion; one that is overridden with undefined is left out. */
export function assertionClaims(clientId: string, given: JWTPayload = {}): JWTPayload {
  const iat = Math.floor(Date.now() / 1_000);
  return {
    iss: clientId,
    sub: clientId,
    aud: system.authServer,
    iat,
    exp: iat + 60,
    jti: randomUUID(),
    ...given,
  };
}

/** Signs an assertion by a private key, for the algorithm that the key names. */
export async function signAssertion(
  key: JWK,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const protectedHeader = { alg: key.alg ?? '', kid: key.kid, ...header };
  const assertion = await new SignJWT(claims)
    .setProtectedHeader(protectedHeader)
    .sign(await importJWK(key, protectedHeader.alg));
  // Beside the tokens, which are looked for in all logs.
  if (system.own) appendFileSync(system.own.tokensFile, `${assertion}\n`, { mode: 0o600 });
  return assertion;
}
