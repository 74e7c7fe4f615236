import { NotModelledError } from '../errors.ts';
import type { Filter, LookupFilter } from './definition.ts';
import type { XmlElement } from './xml.ts';

const OPERATIONS = new Set([
  'equals',
  'notEqual',
  'lessThan',
  'greaterThan',
  'lessOrEqual',
  'greaterOrEqual',
  'contains',
  'notContain',
  'startsWith',
  'includes',
  'excludes',
]);

/** Reads FilterItem elements (of roll-up summaries, lookup filters and duplicate rules). */
export function filterOf(items: XmlElement[], logic: string | null): Filter {
  return {
    logic: logic === null || logic.trim() === '' ? null : logic,
    items: items.map((xml) => {
      const operation = xml.required('operation');
      if (!OPERATIONS.has(operation)) throw new NotModelledError(`filter operation ${operation}`, xml.file);
      const item = {
        field: xml.text('field') ?? `${xml.required('table')}.${xml.required('field')}`,
        operation,
        value: xml.text('value') ?? '',
        valueField: xml.text('valueField'),
      };
      xml.ignore('sortOrder', 'table');
      xml.close('FilterItem');
      return item;
    }),
  };
}

/** Reads a LookupFilter; null when it is not active or only optional, which the API does not enforce. */
export function lookupFilter(xml: XmlElement): LookupFilter | null {
  const filter = filterOf(xml.all('filterItems'), xml.text('booleanFilter'));
  const message = xml.text('errorMessage');
  xml.ignore('infoMessage');
  const enforced = xml.required('active') === 'true' && !xml.flag('isOptional');
  xml.close('LookupFilter');
  return enforced ? { ...filter, message } : null;
}
