import { AccessTokenVerifier } from '@m2m/guards';
import { Readiness } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';

/** Makes readiness depend on what no token can be verified without: the issuer's keys, its feed or its answers. */
@Injectable()
export class IssuerReadiness {
  constructor(readiness: Readiness, verifier: AccessTokenVerifier) {
    readiness.add({ name: verifier.dependency, check: () => verifier.ready() });
  }
}
