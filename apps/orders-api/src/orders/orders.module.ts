import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { ListOrders } from './list-orders.js';
import { OrderEntity } from './order.entity.js';
import { OrderMetrics } from './order.metrics.js';
import { OrderRepository } from './order.repository.js';
import { OrdersController } from './orders.controller.js';
import { PlaceOrder } from './place-order.js';
import { RecordBilling } from './record-billing.js';

@Module({
  imports: [TypeOrmModule.forFeature([OrderEntity]), IdempotencyModule],
  controllers: [OrdersController],
  providers: [OrderRepository, OrderMetrics, PlaceOrder, ListOrders, RecordBilling],
})
export class OrdersModule {}
