import type { Client } from '../verification/client.js';

/** What an authorization server says is revoked, ready to be looked up: what is not in it is not revoked. */
export class RevocationList {
  private constructor(
    /** For which `aud` it is true. */
    readonly audiences: readonly unknown[],
    /** The `jti` of tokens that are revoked one by one. */
    private readonly tokens: ReadonlySet<unknown>,
    /** By client, the `iat` from which on its tokens are good, in seconds since the epoch. */
    private readonly lines: ReadonlyMap<string, number>,
  ) {}

  /** Undefined if it is no such list in any part: what cannot be read might be what is revoked. */
  static from(body: Readonly<Record<string, unknown>>): RevocationList | undefined {
    const { audiences, revoked_tokens: tokens, revoked_clients: clients } = body;
    if (!Array.isArray(audiences) || !Array.isArray(tokens) || !Array.isArray(clients)) return;
    if (!tokens.every((token) => typeof token === 'string')) return;
    if (!clients.every(isRevokedClient)) return;
    const lines = clients.map(
      ({ client_id: clientId, issued_before: line = Number.POSITIVE_INFINITY }) =>
        [clientId, line] as const,
    );
    return new RevocationList(audiences, new Set(tokens), new Map(lines));
  }

  /** Whether a token is revoked. */
  has({ tokenId, clientId, issuedAt }: Client): boolean {
    const line = this.lines.get(clientId);
    return this.tokens.has(tokenId) || (line !== undefined && issuedAt < line);
  }
}

/** Without `issued_before` all of the client's tokens are revoked. */
interface RevokedClient {
  readonly client_id: string;
  readonly issued_before?: number;
}

function isRevokedClient(value: unknown): value is RevokedClient {
  if (typeof value !== 'object' || value === null || !('client_id' in value)) return false;
  if (typeof value.client_id !== 'string') return false;
  return !('issued_before' in value) || typeof value.issued_before === 'number';
}
