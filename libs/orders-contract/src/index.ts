export { currencyDigits } from './currency.js';
export { fromMinorUnits, isAmount, toMinorUnits, totalOf } from './money.js';
export {
  billing,
  newOrder,
  order,
  orderPage,
  orderQuery,
  orderStatus,
  type Billing,
  type NewOrder,
  type Order,
  type OrderLine,
  type OrderPage,
  type OrderQuery,
  type OrderStatus,
} from './order.js';
export { problemCodes } from './problem-codes.js';
export { orderScopes, type OrderScope } from './scopes.js';
