import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryObserver } from '../delivery/worker.ts';

/** The metrics of one app. Labels are closed sets: no id, key or answer. */
export interface Metrics {
  registry: Registry;
  received(result: string): void;
  delivery: DeliveryObserver;
  /** Sets the gauge of open and dead deliveries. */
  deliveries(counts: readonly { state: string; count: number }[]): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const received = new Counter({
    name: 'fieldbridge_responses_received_total',
    help: 'Acknowledged responses',
    labelNames: ['result'],
    registers: [registry],
  });
  const settled = new Counter({
    name: 'fieldbridge_deliveries_settled_total',
    help: 'Deliveries that ended',
    labelNames: ['state'],
    registers: [registry],
  });
  const calls = new Histogram({
    name: 'fieldbridge_salesforce_call_seconds',
    help: 'Duration of delivery calls',
    labelNames: ['result'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 60],
    registers: [registry],
  });
  const items = new Counter({
    name: 'fieldbridge_salesforce_items_total',
    help: 'Items sent in delivery calls',
    labelNames: ['result'],
    registers: [registry],
  });
  const open = new Gauge({
    name: 'fieldbridge_deliveries',
    help: 'Deliveries that are open or dead',
    labelNames: ['state'],
    registers: [registry],
  });
  return {
    registry,
    received: (result) => {
      received.inc({ result });
    },
    delivery: {
      called: (seconds, count, result) => {
        calls.observe({ result }, seconds);
        items.inc({ result }, count);
      },
      settled: (state) => {
        settled.inc({ state });
      },
    },
    deliveries: (counts) => {
      open.reset();
      for (const { state, count } of counts) open.set({ state }, count);
    },
  };
}
