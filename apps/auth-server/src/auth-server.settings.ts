/** What the parts of the auth-server need to know of its configuration. */
export class AuthServerSettings {
  constructor(
    /** The issuer identifier (RFC 8414 2), under whose path the endpoints are. */
    readonly issuer: string,
    readonly accessTokenLifetimeSeconds: number,
  ) {}
}
