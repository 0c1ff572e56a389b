import { Readiness } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { SigningKeys } from './signing-keys.js';

/** Makes readiness depend on a key to sign by. */
@Injectable()
export class SigningKeyReadiness {
  constructor(readiness: Readiness, keys: SigningKeys) {
    readiness.add({ name: 'signing key', check: async () => keys.current });
  }
}
