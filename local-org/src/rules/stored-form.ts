import type { FieldDefinition } from '../schema/definition.ts';
import { ApexDecimal } from '../values/decimal.ts';
import { ApexDatetime, ApexDouble } from '../values/value.ts';
import type { Value } from '../values/value.ts';

/** White space as the database trims it: no-break spaces stay (salesforcedan.com, "sObject Empty Strings"). */
const ENDS = /^[^!-\uFFFF]+|[^!-\uFFFF]+$/g;

const TEXT_TYPES: ReadonlySet<string> = new Set([
  'string',
  'textarea',
  'email',
  'phone',
  'url',
  'picklist',
  'multipicklist',
  'combobox',
  'encryptedstring',
]);

export function isText(field: FieldDefinition): boolean {
  return TEXT_TYPES.has(field.type);
}

/**
 * A value as the database keeps it: text without white space at its ends and null instead of empty text (Apex Developer
 * Guide, "Primitive Data Types", String), e-mail addresses in lower case (Salesforce Help 000384328), picklist values in
 * the capitals of the defined value (Salesforce Help 000386557), numbers rounded half up to the field's scale
 * (formula-engine, BigDecimalHelper.roundNumberToScale), date/times without milliseconds.
 */
export function storedForm(value: Value, field: FieldDefinition): Value {
  if (value === null) return field.type === 'boolean' ? false : null;
  if (typeof value === 'string' && isText(field)) return storedText(value, field);
  if (value instanceof ApexDatetime && field.type === 'datetime') {
    return new ApexDatetime(Math.floor(value.ms / 1000) * 1000);
  }
  if (field.type !== 'double' && field.type !== 'currency' && field.type !== 'percent') return value;
  // Some standard numbers state no precision; they are kept as they are.
  if (field.precision === 0) return value;
  const number = value instanceof ApexDouble ? ApexDecimal.fromDouble(value.value) : value;
  return number instanceof ApexDecimal && number.scale > field.scale ? number.setScale(field.scale, 'HALF_UP') : number;
}

function storedText(value: string, field: FieldDefinition): string | null {
  const text = value.replace(ENDS, '');
  if (text === '') return null;
  switch (field.type) {
    case 'email':
      return text.toLowerCase();
    case 'picklist':
      return definedValue(text, field);
    case 'multipicklist': {
      const items = text.split(';').map((item) => item.replace(ENDS, ''));
      const values = items.filter((item) => item !== '').map((item) => definedValue(item, field));
      return values.length === 0 ? null : [...new Set(values)].join(';');
    }
    default:
      return text;
  }
}

function definedValue(text: string, field: FieldDefinition): string {
  const wanted = text.toLowerCase();
  return field.picklistValues.find(({ value }) => value.toLowerCase() === wanted)?.value ?? text;
}
