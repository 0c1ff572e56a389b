import { describeError, EventLogger, type FieldError } from '@m2m/service-defaults';
import {
  Catch,
  ForbiddenException,
  Injectable,
  UnauthorizedException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { OAuthErrorFilter } from '../oauth/oauth-error.filter.js';
import { invalidClientMetadata, RegistrationError } from './registration-error.js';

/** The characters of an `error_description` (RFC 6749 5.2). */
const DESCRIPTION = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;
const UNFIT = 'The client metadata is not acceptable';

/** Answers errors in the form of RFC 7591 3.2.2. */
@Catch()
@Injectable()
export class RegistrationErrorFilter implements ExceptionFilter {
  private readonly others: OAuthErrorFilter;

  constructor(logger: EventLogger) {
    this.others = new OAuthErrorFilter(logger);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const refusal = registrationErrorFor(error);
    if (!refusal) {
      this.others.catch(error, host);
      return;
    }
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .status(refusal.getStatus())
      .headers({ 'cache-control': 'no-store', ...refusal.headers })
      .send({ error: refusal.code, error_description: refusal.description });
  }
}

/** @returns undefined for errors that are the same at every OAuth endpoint. */
export function registrationErrorFor(error: unknown): RegistrationError | undefined {
  if (error instanceof RegistrationError) return error;
  // The guard has set their challenges already.
  if (error instanceof UnauthorizedException) {
    return new RegistrationError(401, 'invalid_token', 'A valid access token is needed');
  }
  if (error instanceof ForbiddenException) {
    const description = 'The access token does not cover this operation';
    return new RegistrationError(403, 'insufficient_scope', description);
  }
  const { code, errors } = describeError(error);
  const isFault = code === 'invalid_input' || code === 'unknown_scope';
  return isFault ? invalidClientMetadata(descriptionOf(errors?.[0])) : undefined;
}

function descriptionOf(fault: FieldError | undefined): string {
  const description = fault?.field ? `${fault.field} ${fault.detail}` : UNFIT;
  return DESCRIPTION.test(description) ? description : UNFIT;
}
