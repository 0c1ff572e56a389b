export type Meanings = Readonly<Record<string, readonly [meaning: string, source: string]>>;

/** What the fields of an access token's header are for, and where they are specified. */
export const HEADER_MEANINGS: Meanings = {
  alg: ['how it is signed', 'RFC 7515, 4.1.1'],
  typ: ['an access token, and no other kind of JWT', 'RFC 9068, 2.1'],
  kid: ['which of the published keys', 'RFC 7515, 4.1.4'],
};

/** What the claims of an access token are for, and where they are specified. */
export const CLAIM_MEANINGS: Meanings = {
  iss: ['who issued it', 'RFC 7519, 4.1.1'],
  aud: ['the API that may accept it', 'RFC 9068, 3'],
  sub: ['on whose behalf: the client itself', 'RFC 9068, 2.2'],
  client_id: ['who asked for it', 'RFC 8693, 4.3'],
  iat: ['issued at', 'RFC 7519, 4.1.6'],
  exp: ['worthless from then on', 'RFC 7519, 4.1.4'],
  jti: ['names this one token, for revoking and tracing it', 'RFC 7519, 4.1.7'],
  scope: ['what it may be used for', 'RFC 9068, 2.2.3'],
};
