/** How the resource server itself is registered with the authorization server. */
export interface ResourceServerClient {
  readonly clientId: string;
  /** Reads the secret. Called for every request, so that a rotated one is picked up. */
  readonly clientSecret: () => Promise<string>;
}

/** The `Authorization` header by which a client authenticates by HTTP Basic (RFC 6749 2.3.1). */
export async function basicAuthorization({
  clientId,
  clientSecret,
}: ResourceServerClient): Promise<string> {
  // Both are form-encoded before they are joined by the colon.
  const credentials = `${formEncode(clientId)}:${formEncode(await clientSecret())}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function formEncode(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1);
}
