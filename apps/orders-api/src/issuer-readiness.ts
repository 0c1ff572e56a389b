import { IssuerKeys } from '@m2m/guards';
import { Readiness } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';

/** Makes readiness depend on the keys of the issuer, without which no token can be verified. */
@Injectable()
export class IssuerReadiness {
  constructor(readiness: Readiness, keys: IssuerKeys) {
    readiness.add({ name: 'issuer keys', check: () => keys.ready() });
  }
}
