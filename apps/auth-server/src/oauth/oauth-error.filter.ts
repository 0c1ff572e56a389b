import { describeError, describeInTrace, EventLogger, logUnexpected } from '@m2m/service-defaults';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { oauthErrorCodeOf } from './oauth-error-code.js';
import { OAuthError, type OAuthErrorCode } from './oauth-error.js';

/** Answers every error of an OAuth endpoint in the form of RFC 6749 5.2. */
@Catch()
export class OAuthErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: EventLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, code, description, headers } = this.oauthErrorFor(error);
    describeInTrace(() => ({ 'oauth.error': code }));
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply
      .status(status)
      .headers({ 'cache-control': 'no-store', ...headers })
      .send({ error: code, error_description: description });
  }

  private oauthErrorFor(error: unknown): AnsweredError {
    if (error instanceof OAuthError) {
      const { code, description, headers } = error;
      return { status: error.getStatus(), code, description, headers };
    }
    const { status, detail, headers = {}, unexpected } = describeError(error);
    if (unexpected) logUnexpected(this.logger, error);
    const code = oauthErrorCodeOf(error);
    return { status, code, description: detail ?? 'The request failed', headers };
  }
}

interface AnsweredError {
  readonly status: number;
  readonly code: OAuthErrorCode;
  readonly description: string;
  readonly headers: Readonly<Record<string, string>>;
}
