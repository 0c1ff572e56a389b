import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ClientEntity } from '../clients/client.entity.js';

/** The client that manages its own registration, and the token by which it does. */
export interface RegisteredCaller {
  readonly client: Pick<ClientEntity, 'clientId' | 'version'>;
  readonly token: string;
}

/** A request that the guard has let through. */
export interface ManagementRequest {
  registeredCaller: RegisteredCaller;
}

/** Injects who manages its registration. */
export const CurrentRegistration = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RegisteredCaller =>
    context.switchToHttp().getRequest<ManagementRequest>().registeredCaller,
);
