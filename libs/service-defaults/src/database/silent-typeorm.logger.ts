import { AbstractLogger } from 'typeorm';

/** Keeps TypeORM from printing past the structured log; what goes wrong reaches us as an error anyway. */
export class SilentTypeOrmLogger extends AbstractLogger {
  protected writeLog(): void {
    // Nothing is printed.
  }
}
