/** The scope of an initial access token (RFC 7591 1.2). */
export const REGISTRATION_SCOPE = 'clients:register';

/** What dynamic registration goes by. */
export class RegistrationSettings {
  constructor(
    readonly issuer: string,
    /** The scopes that may be registered for. */
    readonly scopes: readonly string[],
  ) {}

  /** Where a client manages its registration (RFC 7592 2). */
  clientUri(clientId: string): string {
    return `${this.issuer}/oauth2/register/${encodeURIComponent(clientId)}`;
  }
}
