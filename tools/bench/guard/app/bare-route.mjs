import 'reflect-metadata';
import { GuardsModule, RequireScopes } from '@m2m/guards';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** @type {import('../bare-route.ts').BareRouteSettings} */
const { port, issuer, resource, isGuarded } = JSON.parse(process.argv[2] ?? '{}');

/** A route with nothing behind it: what is left is Nest, Fastify, and the guard. */
class OrdersController {
  show(id) {
    return { id, customerId: 'customer-1', currency: 'EUR', total: '20.00', status: 'pending' };
  }
}
class AppModule {}

// Decorators by hand: this runs as it is, without being compiled.
const { prototype } = OrdersController;
const descriptor = Object.getOwnPropertyDescriptor(prototype, 'show');
Param('id')(prototype, 'show', 0);
RequireScopes('orders:read')(prototype, 'show', descriptor);
Get(':id')(prototype, 'show', descriptor);
Controller('orders')(OrdersController);
Module({
  imports: isGuarded ? [GuardsModule.forRoot({ issuer, resource })] : [],
  controllers: [OrdersController],
})(AppModule);

const adapter = new FastifyAdapter({ logger: false, skipMiddie: true });
const app = await NestFactory.create(AppModule, adapter, { logger: false });
await app.listen(port, '127.0.0.1');
process.send?.('listening');
