/** No token is issued for longer, whatever is configured: signing keys stay published for that long. */
export const LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS = 600;
export const SHORTEST_ACCESS_TOKEN_LIFETIME_SECONDS = 10;

/** What the parts of the auth-server need to know of its configuration. */
export class AuthServerSettings {
  constructor(
    /** The issuer identifier (RFC 8414 2), under whose path the endpoints are. */
    readonly issuer: string,
    readonly accessTokenLifetimeSeconds: number,
  ) {}
}
