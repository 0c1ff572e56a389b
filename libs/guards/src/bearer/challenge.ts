/** The error codes of RFC 6750 3.1. */
export type BearerErrorCode = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

/** A failed authentication or authorisation, as it is told to the caller. */
export interface BearerError {
  readonly error: BearerErrorCode;
  /** Of the characters RFC 6750 3 allows: no quotation mark, no backslash. Never input. */
  readonly description: string;
  /** With `insufficient_scope`: the scopes the operation needs. */
  readonly scope?: string;
}

/**
 * The `WWW-Authenticate` challenge of RFC 6750 3, with the address of the resource's metadata (RFC 9728 5.1).
 *
 * @param failure left out where the request brought no token: then no error code is given (RFC 6750 3.1).
 */
export function bearerChallenge(metadataUrl: string, failure?: BearerError): string {
  const parameters = [
    ...(failure ? [`error="${failure.error}"`, `error_description="${failure.description}"`] : []),
    ...(failure?.scope === undefined ? [] : [`scope="${failure.scope}"`]),
    `resource_metadata="${metadataUrl}"`,
  ];
  return `Bearer ${parameters.join(', ')}`;
}
