import type { SourceAdapter } from '../adapter.ts';
import { canonical } from './canonical.ts';
import { formbricks } from './formbricks.ts';
import { typeform } from './typeform.ts';

/** The platforms whose webhooks are understood, by kind. */
export const ADAPTERS: ReadonlyMap<string, SourceAdapter> = new Map(
  [canonical, formbricks, typeform].map((adapter) => [adapter.kind, adapter]),
);
