import { HttpException } from '@nestjs/common';

/** The error codes of RFC 7591 3.2.2 and RFC 6750 3.1 that occur here; nothing is redirected. */
export type RegistrationErrorCode =
  'invalid_client_metadata' | 'invalid_token' | 'insufficient_scope';

/** An error answer of the registration endpoints (RFC 7591 3.2.2). */
export class RegistrationError extends HttpException {
  /**
   * @param description for people: a fixed text, never anything that came in.
   * @param headers to be sent along with the error.
   */
  constructor(
    status: number,
    readonly code: RegistrationErrorCode,
    readonly description: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description, status);
  }
}

const REFUSAL = 'The registration access token is not valid here';

export const invalidClientMetadata = (description: string) =>
  new RegistrationError(400, 'invalid_client_metadata', description);

/** The challenge to who comes without a token, which has no error code: nothing was wrong with it (RFC 6750 3.1). */
export const missingRegistrationToken = () =>
  new RegistrationError(401, 'invalid_token', REFUSAL, { 'www-authenticate': 'Bearer' });

/** The same to the letter for an unknown client and a wrong token, so that nobody learns which clients there are. */
export const invalidRegistrationToken = () =>
  new RegistrationError(401, 'invalid_token', REFUSAL, {
    'www-authenticate': `Bearer error="invalid_token", error_description="${REFUSAL}"`,
  });
