import { EventLogger } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { ChangeFeed } from './change-feed.js';

/** Provides the change feed to the whole application. */
@Module({})
export class ChangesModule {
  /** @param databaseUrl of the database itself: a pooler in between must keep sessions apart. */
  static with(databaseUrl: string): DynamicModule {
    return {
      module: ChangesModule,
      global: true,
      providers: [
        {
          provide: ChangeFeed,
          inject: [EventLogger],
          useFactory: (logger: EventLogger) => new ChangeFeed(databaseUrl, logger),
        },
      ],
      exports: [ChangeFeed],
    };
  }
}
