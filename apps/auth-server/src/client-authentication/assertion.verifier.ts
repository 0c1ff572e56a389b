import { compactVerify } from 'jose';
import type { ClientKey } from '../client-keys/client-key.js';
import type { ClientKeys } from '../client-keys/client-keys.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import {
  assertionAlgorithms,
  faultOfAssertion,
  keyAlgorithmOf,
  type AssertionFault,
} from './assertion-rules.js';
import type { ClientAssertion } from './client-assertion.js';
import { nobodysKeys } from './nobodys-keys.js';

/** Verifies the assertions by which clients authenticate (`private_key_jwt`, RFC 7523 3). */
export class AssertionVerifier {
  /**
   * @param issuer the issuer identifier, which assertions have to be meant for.
   * @param now milliseconds since the epoch.
   */
  constructor(
    private readonly issuer: string,
    private readonly keys: ClientKeys,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Says what is wrong with an assertion; undefined if it is good and signed by a key of the client.
   * Whether it has been used before is not looked at.
   *
   * @param client undefined for one that may not authenticate this way; to find that out takes as long.
   */
  async faultOf(
    assertion: ClientAssertion,
    client: RegisteredClient | undefined,
  ): Promise<AssertionFault | 'keys_unavailable' | undefined> {
    const fault = faultOfAssertion(assertion, this.issuer, this.now() / 1_000);
    if (fault) return fault;
    const keys = client ? await this.keys.of(client) : [];
    if (!keys) return 'keys_unavailable';
    if (await isSignedByOneOf(keys, assertion)) return undefined;
    const newKeys = client && (await this.keys.anewOf(client));
    if (newKeys && (await isSignedByOneOf(newKeys, assertion))) return undefined;
    return 'bad_signature';
  }
}

async function isSignedByOneOf(
  keys: readonly ClientKey[],
  { jwt, header }: ClientAssertion,
): Promise<boolean> {
  const alg = keyAlgorithmOf(header);
  const candidates = keys.filter((key) => key.alg === alg && fits(key, header['kid']));
  if (candidates.length === 0) await isSignedBy(nobodysKeys[alg], jwt);
  for (const { publicKey } of candidates) {
    if (await isSignedBy(publicKey, jwt)) return true;
  }
  return false;
}

// A key that was registered without a name may be called anything by its owner.
function fits({ kid }: ClientKey, named: unknown): boolean {
  return kid === undefined || named === undefined || kid === named;
}

async function isSignedBy(publicKey: ClientKey['publicKey'], jwt: string): Promise<boolean> {
  try {
    await compactVerify(jwt, publicKey, { algorithms: [...assertionAlgorithms] });
    return true;
  } catch {
    return false;
  }
}
