import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { ClientEntity } from '../clients/client.entity.js';
import { clientId } from '../clients/client-id.js';
import { shownClientId } from '../clients/shown-client-id.js';
import { inGoodTime } from '../database/in-good-time.js';
import type { ManagementRequest } from './registered-caller.js';
import {
  invalidRegistrationToken,
  missingRegistrationToken,
  type RegistrationError,
} from './registration-error.js';
import { isRegistrationToken } from './registration-token.js';

// RFC 6750 2.1.
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

type Request = FastifyRequest<{ Params: { client_id: string } }> & ManagementRequest;

/** Lets a client at its own registration, by its registration access token (RFC 7592 2). */
@Injectable()
export class RegistrationTokenGuard implements CanActivate {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const token = bearerToken(request);
    if (token === undefined) {
      this.recordRefusal(request, 'no_token');
      throw missingRegistrationToken();
    }
    const client = await this.find(request.params.client_id);
    const isItsOwn = isRegistrationToken(token, client?.registrationTokenDigest);
    if (!client) throw this.refusal(request, 'unknown_client');
    if (!isItsOwn) throw this.refusal(request, 'wrong_token');
    if (client.disabled) throw this.refusal(request, 'disabled_client');
    request.registeredCaller = { client, token };
    return true;
  }

  private refusal(request: Request, reason: string): RegistrationError {
    this.recordRefusal(request, reason);
    return invalidRegistrationToken();
  }

  private recordRefusal({ params, ip: address }: Request, reason: string): void {
    const shownId = shownClientId(params.client_id);
    this.audit.record({
      event: 'client_registration.refused',
      // Nobody knows who it was.
      actor: undefined,
      subject: shownId,
      outcome: 'failure',
      reason,
      message: `refused to let a client at its registration: ${reason}`,
      details: { client_id: shownId, address },
    });
  }

  private async find(id: string): Promise<ClientEntity | null> {
    if (!clientId.safeParse(id).success) return null;
    return inGoodTime(this.dataSource.manager.findOneBy(ClientEntity, { clientId: id }));
  }
}

function bearerToken({ raw }: FastifyRequest): string | undefined {
  const [header = '', ...others] = raw.headersDistinct['authorization'] ?? [];
  return others.length === 0 ? BEARER.exec(header)?.[1] : undefined;
}
