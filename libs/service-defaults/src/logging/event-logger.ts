import { pino, stdTimeFunctions, type DestinationStream, type Logger as Pino } from 'pino';
import { currentRequestContext } from '../request-context/request-context.js';
import { scrub } from './scrub.js';
import { standardOutput } from './standard-output.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The structured log of a service: one JSON object a line on standard output, with `time`, `level`,
 * `service`, `event`, `msg`, and the `request_id` and `trace_id` of the request at hand.
 *
 * An event's name is stable, for people and programs to search by; credentials are cut out of every line.
 */
export class EventLogger {
  constructor(private readonly pino: Pino) {}

  debug(event: string, message: string, fields?: Fields): void {
    this.pino.debug(inContext(event, fields), message);
  }

  info(event: string, message: string, fields?: Fields): void {
    this.pino.info(inContext(event, fields), message);
  }

  warn(event: string, message: string, fields?: Fields): void {
    this.pino.warn(inContext(event, fields), message);
  }

  error(event: string, message: string, fields?: Fields): void {
    this.pino.error(inContext(event, fields), message);
  }
}

/** In an object of its own: what pino is given by a `mixin` it fills with the fields of the line. */
function inContext(event: string, fields: Fields | undefined): Fields {
  return { ...currentRequestContext()?.logFields, event, ...fields };
}

/** Makes the logger of a service. */
export function createEventLogger(
  service: string,
  level: string,
  destination: DestinationStream = standardOutput,
): EventLogger {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: scrub },
  };
  return new EventLogger(pino(options, destination));
}
