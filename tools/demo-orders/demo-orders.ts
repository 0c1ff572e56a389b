/** The body of `POST /orders`. */
export interface NewOrder {
  readonly customerId: string;
  readonly currency: string;
  readonly lines: readonly NewOrderLine[];
}

export interface NewOrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** With exactly the currency's own number of digits. */
  readonly unitPrice: string;
}

interface DemoCurrency {
  readonly code: string;
  readonly digits: number;
  /** The price of the cheapest article, in the currency's smallest unit. */
  readonly smallestPrice: number;
}

/** One each with two, no and three digits after the point. */
const CURRENCIES: readonly [DemoCurrency, DemoCurrency, DemoCurrency] = [
  { code: 'EUR', digits: 2, smallestPrice: 495 },
  { code: 'JPY', digits: 0, smallestPrice: 480 },
  { code: 'KWD', digits: 3, smallestPrice: 1_250 },
];

const CUSTOMERS = 7;
const MOST_LINES = 3;
const ARTICLES = 40;
const MOST_PIECES = 5;

/** The order with this number; the same one each time. */
export function demoOrder(index: number): NewOrder {
  const currency = CURRENCIES[index % CURRENCIES.length] ?? CURRENCIES[0];
  const lineCount = 1 + (Math.floor(index / CURRENCIES.length) % MOST_LINES);
  return {
    customerId: `customer-${String(1 + (index % CUSTOMERS)).padStart(4, '0')}`,
    currency: currency.code,
    lines: Array.from({ length: lineCount }, (_, line) => demoLine(index + line * 11, currency)),
  };
}

function demoLine(seed: number, currency: DemoCurrency): NewOrderLine {
  const article = 1 + (seed % ARTICLES);
  return {
    sku: `SKU-${article}`,
    quantity: 1 + (seed % MOST_PIECES),
    unitPrice: decimal(currency.smallestPrice * article, currency.digits),
  };
}

/** An amount of smallest units as a decimal number. */
function decimal(units: number, digits: number): string {
  if (digits === 0) return String(units);
  const text = String(units).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
