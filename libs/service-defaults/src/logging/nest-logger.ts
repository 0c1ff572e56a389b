import type { LoggerService } from '@nestjs/common';
import type { EventLogger } from './event-logger.js';

/** Sends what the framework logs about itself to the service's structured log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: EventLogger) {}

  // Nest reports each module and route it sets up at this level, which tells an operator nothing.
  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug('nest', String(message), contextOf(rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug('nest', String(message), contextOf(rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.debug('nest', String(message), contextOf(rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn('nest', String(message), contextOf(rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const details = message instanceof Error ? { stack: message.stack } : {};
    this.logger.error('nest', String(message), { ...details, ...contextOf(rest) });
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}

// Nest passes the context as the last argument, and for an error its stack before it.
function contextOf(rest: readonly unknown[]): Record<string, unknown> {
  const texts = rest.filter((part) => typeof part === 'string');
  const context = texts.at(-1);
  return texts.length > 1 ? { context, stack: texts[0] } : { context };
}
