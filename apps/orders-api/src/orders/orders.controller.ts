import { CurrentClient, RequireScopes, type Client } from '@m2m/guards';
import {
  billing,
  newOrder,
  order,
  orderPage,
  orderQuery,
  type Billing,
  type NewOrder,
  type Order,
  type OrderPage,
  type OrderQuery,
} from '@m2m/orders-contract';
import { Body, Controller, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { IdempotencyKey } from '../idempotency/idempotency-key.decorator.js';
import { ListOrders } from './list-orders.js';
import { representOrder } from './order-representation.js';
import { orderNotFound } from './order-not-found.js';
import { OrderRepository } from './order.repository.js';
import { PlaceOrder } from './place-order.js';
import { RecordBilling } from './record-billing.js';

const orderId = z.uuid('must be a UUID');

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly placeOrder: PlaceOrder,
    private readonly listOrders: ListOrders,
    private readonly recordBilling: RecordBilling,
    private readonly orders: OrderRepository,
  ) {}

  @Post()
  @RequireScopes('orders:write')
  @ApiOperation({ summary: 'Place an order' })
  @ApiHeader({
    name: 'Idempotency-Key',
    description: 'The same key and body get the first answer again, for 48 hours',
    required: true,
    schema: { type: 'string' },
  })
  @ApiResponse({ status: 201, standardSchema: order, description: 'The order' })
  @ApiResponse({ status: 400, description: 'The input is invalid' })
  @ApiResponse({ status: 422, description: 'The idempotency key came with another body before' })
  async place(
    @CurrentClient() client: Client,
    @IdempotencyKey() key: string,
    @Body({ schema: newOrder }) request: NewOrder,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Order> {
    const placed = await this.placeOrder.place(client.clientId, key, request);
    reply.header('location', `/orders/${placed.id}`);
    return placed;
  }

  @Get()
  @RequireScopes('orders:read')
  @ApiOperation({ summary: 'List orders, oldest first' })
  @ApiResponse({ status: 200, standardSchema: orderPage, description: 'A page of orders' })
  @ApiResponse({ status: 400, description: 'The input is invalid' })
  async list(@Query({ schema: orderQuery }) query: OrderQuery): Promise<OrderPage> {
    return this.listOrders.page(query);
  }

  @Get(':id')
  @RequireScopes('orders:read')
  @ApiOperation({ summary: 'Show an order' })
  @ApiResponse({ status: 200, standardSchema: order, description: 'The order' })
  @ApiResponse({ status: 404, description: 'There is no such order' })
  async show(@Param('id', { schema: orderId }) id: string): Promise<Order> {
    const found = await this.orders.find(id);
    if (!found) throw orderNotFound();
    return representOrder(found);
  }

  @Put(':id/billing')
  @RequireScopes('orders:bill')
  @ApiOperation({ summary: 'Record that an order has been billed' })
  @ApiResponse({ status: 200, standardSchema: order, description: 'The billed order' })
  @ApiResponse({ status: 404, description: 'There is no such order' })
  @ApiResponse({ status: 409, description: 'Billed by another invoice, or cancelled' })
  @ApiResponse({ status: 422, description: 'The amount is not the total of the order' })
  async bill(
    @Param('id', { schema: orderId }) id: string,
    @Body({ schema: billing }) request: Billing,
  ): Promise<Order> {
    return this.recordBilling.record(id, request);
  }
}
