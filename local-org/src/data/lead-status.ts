import type { Value } from '../values/value.ts';
import { metadataId } from './metadata-id.ts';
import type { Store } from './store.ts';

/** The status that Salesforce ships as the one of converted leads. */
const CONVERTED = 'Closed - Converted';

/** Puts a LeadStatus row for each value of Lead.Status into the store. */
export function seedLeadStatuses(store: Store): void {
  const object = store.schema.object('LeadStatus');
  const values = store.schema.field('Lead', 'Status')?.picklistValues ?? [];
  if (object === null) return;
  for (const [i, { value, label, isDefault }] of values.entries()) {
    const fields: [string, Value][] = [
      ['masterlabel', label],
      ['apiname', value],
      ['sortorder', i + 1],
      ['isdefault', isDefault],
      ['isconverted', value === CONVERTED],
    ];
    store.putDirectly({ id: metadataId(object, value).value, object, values: new Map(fields) });
  }
}
